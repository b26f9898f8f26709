using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The adjoint of <see cref="AvgPoolOp"/>: each element's share goes to all of its window.</summary>
internal sealed class AvgPoolGradOp : Primitive
{
    private readonly PoolWindow _window;
    private PoolDivisor _divisor;
    private int[] _size;

    public AvgPoolGradOp(PoolWindow window, PoolDivisor divisor, ReadOnlySpan<int> size)
    {
        _window = window;
        _divisor = divisor;
        _size = size.ToArray();
    }

    public AvgPoolGradOp()
    {
        _window = new PoolWindow();
        _size = [];
    }

    public override string Name => "avg_pool_grad";

    public override string DisplayName => "AvgPoolGrad";

    public override bool IsLinear => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        _divisor.Describe(v);
        v.Ints("size", ref _size);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape[..^_size.Length].Concat(_size) };

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count * ((Shape)_window.Kernel).Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs[0]);
        else
            Run<float>(inputs[0], outputs[0]);
    }

    private unsafe void Run<T>(Tensor g, Tensor x) where T : unmanaged, INumber<T> =>
        PoolingKernels.AverageGrad(_window.Geometry(x.Shape), _divisor.CountPadding, _divisor.Fixed, g.Data<T>(), x.Data<T>());

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var g = inputs[0];
        var size = g.Shape[..^_size.Length].Concat(_size);
        return [_window.Spread(g / _divisor.Counts(_window, size, g.Shape, g.DType), size)];
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new AvgPoolOp(_window, _divisor), c.Grad()));

    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);
}
