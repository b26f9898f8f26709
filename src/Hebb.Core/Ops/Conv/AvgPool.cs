using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The mean of each window over the last axes.</summary>
internal sealed class AvgPoolOp : Primitive
{
    private readonly PoolWindow _window;
    private PoolDivisor _divisor;

    public AvgPoolOp(PoolWindow window, PoolDivisor divisor)
    {
        _window = window;
        _divisor = divisor;
    }

    public AvgPoolOp() => _window = new PoolWindow();

    public override string Name => "avg_pool";

    public override string DisplayName => PoolWindow.Name("AvgPool", _window.Axes);

    public override bool IsLinear => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        _divisor.Describe(v);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        PoolWindow.Check(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = _window.Output(DisplayName, inputs[0].Shape) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => outputs[0].Sizes.Count * ((Shape)_window.Kernel).Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs[0]);
        else
            Run<float>(inputs[0], outputs[0]);
    }

    private unsafe void Run<T>(Tensor x, Tensor y) where T : unmanaged, INumber<T> =>
        PoolingKernels.Average(_window.Geometry(x.Shape), _divisor.CountPadding, _divisor.Fixed, x.Data<T>(), y.Data<T>());

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        var shape = _window.Output(DisplayName, x.Shape);
        return [PoolDivisor.Sums(_window.Windows(x, shape, 0), _window.Axes) / _divisor.Counts(_window, x.Shape, shape, x.DType)];
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new AvgPoolGradOp(_window, _divisor, c.InputSpec(0).Shape.Dims[^_window.Axes..]), c.Grad()));

    // All axes in front are planes.
    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor Call(Tensor x, int axes, PerAxis kernel, PerAxis? stride, Padding? padding, bool ceilMode, bool countIncludePad, int? divisorOverride)
    {
        string name = PoolWindow.Name("AvgPool", axes);
        ConvWindow.IsSingle(name, x, axes);
        if (divisorOverride < 1)
            throw new ShapeException($"{name}: divisor {divisorOverride} must be at least 1");
        var divisor = new PoolDivisor { CountPadding = countIncludePad, Fixed = divisorOverride ?? 0 };
        return Engine.Apply(new AvgPoolOp(new PoolWindow(name, axes, kernel, stride, padding, null, ceilMode), divisor), x);
    }
}

public sealed partial class Tensor
{
    /// <summary>The mean of each window over the last axis of [N, C, L] or [C, L].</summary>
    /// <param name="kernel">Elements in a window.</param>
    /// <param name="stride">From one window to the next; the kernel unless given.</param>
    /// <param name="padding">Zeros around the input; none unless given. It must be smaller than a window.</param>
    /// <param name="ceilMode">Whether a last window counts that overhangs the padded input; it must begin inside it.</param>
    /// <param name="countIncludePad">Whether zeros of the padding count as elements; what overhangs it never does.</param>
    /// <param name="divisorOverride">What the sum of each window is divided by, instead of the number of its elements.</param>
    /// <returns>[N, C, L'] with L' = (L + padding at both ends - kernel) / stride + 1, rounded down, or up with <paramref name="ceilMode"/>.</returns>
    /// <exception cref="ShapeException">The shape doesn't fit, or a number is out of range.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor AvgPool1d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) =>
        AvgPoolOp.Call(this, 1, kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <summary>The mean of each window over the last two axes of [N, C, H, W] or [C, H, W].</summary>
    /// <inheritdoc cref="AvgPool1d"/>
    public Tensor AvgPool2d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) =>
        AvgPoolOp.Call(this, 2, kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);

    /// <summary>The mean of each window over the last three axes of [N, C, D, H, W] or [C, D, H, W].</summary>
    /// <inheritdoc cref="AvgPool1d"/>
    public Tensor AvgPool3d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) =>
        AvgPoolOp.Call(this, 3, kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);
}
