using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Means over windows that divide the last axes into given sizes.</summary>
internal sealed class AdaptiveAvgPoolOp : Primitive
{
    private int[] _size;

    public AdaptiveAvgPoolOp(int[] size) => _size = size;

    public AdaptiveAvgPoolOp() => _size = [];

    public override string Name => "adaptive_avg_pool";

    public override string DisplayName => PoolWindow.Name("AdaptiveAvgPool", _size.Length);

    public override bool IsLinear => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Ints("size", ref _size);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        PoolWindow.Check(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = AdaptiveWindows.Output(DisplayName, inputs[0].Shape, _size) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs[0]);
        else
            Run<float>(inputs[0], outputs[0]);
    }

    private unsafe void Run<T>(Tensor x, Tensor y) where T : unmanaged, INumber<T>
    {
        int axes = _size.Length;
        PoolingKernels.AdaptiveAverage(x.Shape[..^axes].Count, AdaptiveWindows.Axes(x.Shape, axes), AdaptiveWindows.Axes(y.Shape, axes), x.Data<T>(), y.Data<T>());
    }

    // One axis after another: a product with the matrix of shares.
    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        var shape = AdaptiveWindows.Output(DisplayName, x.Shape, _size);
        for (int axis = x.Rank - _size.Length; axis < x.Rank; axis++)
            x = x.Transpose(axis, -1).MatMul(AdaptiveWindows.Shares(x.Shape[axis], shape[axis], x.DType)).Transpose(axis, -1);
        return [x];
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new AdaptiveAvgPoolGradOp(c.InputSpec(0).Shape.Dims[^_size.Length..], _size), c.Grad()));

    // All axes in front are planes.
    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor Call(Tensor x, int axes, PerAxis size)
    {
        string name = PoolWindow.Name("AdaptiveAvgPool", axes);
        ConvWindow.IsSingle(name, x, axes);
        return Engine.Apply(new AdaptiveAvgPoolOp(size.Sizes(name, "size", axes, -1)), x);
    }
}

public sealed partial class Tensor
{
    /// <summary>Means over windows that divide the last axis of [N, C, L] or [C, L] into a given number: window i spans floor(i L / size) to ceil((i + 1) L / size).</summary>
    /// <param name="size">The sizes that come out; -1 keeps an axis.</param>
    /// <exception cref="ShapeException">The shape doesn't fit, or the input has nothing along an axis.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor AdaptiveAvgPool1d(PerAxis size) => AdaptiveAvgPoolOp.Call(this, 1, size);

    /// <summary>Means over windows that divide the last two axes of [N, C, H, W] or [C, H, W] into given numbers.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public Tensor AdaptiveAvgPool2d(PerAxis size) => AdaptiveAvgPoolOp.Call(this, 2, size);

    /// <summary>Means over windows that divide the last three axes of [N, C, D, H, W] or [C, D, H, W] into given numbers.</summary>
    /// <inheritdoc cref="AdaptiveAvgPool1d"/>
    public Tensor AdaptiveAvgPool3d(PerAxis size) => AdaptiveAvgPoolOp.Call(this, 3, size);
}
