using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The adjoint of <see cref="AdaptiveAvgPoolOp"/>.</summary>
internal sealed class AdaptiveAvgPoolGradOp : Primitive
{
    private int[] _input, _size;

    public AdaptiveAvgPoolGradOp(ReadOnlySpan<int> input, int[] size)
    {
        _input = input.ToArray();
        _size = size;
    }

    public AdaptiveAvgPoolGradOp() => _input = _size = [];

    public override string Name => "adaptive_avg_pool_grad";

    public override string DisplayName => "AdaptiveAvgPoolGrad";

    public override bool IsLinear => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Ints("input", ref _input);
        v.Ints("size", ref _size);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape[..^_input.Length].Concat(_input) };

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs[0]);
        else
            Run<float>(inputs[0], outputs[0]);
    }

    private unsafe void Run<T>(Tensor g, Tensor x) where T : unmanaged, INumber<T>
    {
        int axes = _input.Length;
        PoolingKernels.AdaptiveAverageGrad(x.Shape[..^axes].Count, AdaptiveWindows.Axes(x.Shape, axes), AdaptiveWindows.Axes(g.Shape, axes), g.Data<T>(), x.Data<T>());
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var g = inputs[0];
        for (int i = 0, axis = g.Rank - _input.Length; i < _input.Length; i++, axis++)
            g = g.Transpose(axis, -1).MatMul(AdaptiveWindows.Shares(_input[i], g.Shape[axis], g.DType).MT).Transpose(axis, -1);
        return [g];
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new AdaptiveAvgPoolOp(_size), c.Grad()));

    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);
}
