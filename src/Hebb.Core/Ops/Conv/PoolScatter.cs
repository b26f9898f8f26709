using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The backward pass of a maximum: each element of input 0 [..., output…] is added to its plane [..., size…] at the place that input 1 names, and to none
/// where that is -1.
/// </summary>
internal sealed class PoolScatterOp : Primitive
{
    private int[] _size;

    public PoolScatterOp(ReadOnlySpan<int> size) => _size = size.ToArray();

    public PoolScatterOp() => _size = [];

    public override string Name => "pool_scatter";

    public override string DisplayName => "PoolScatter";

    public override bool IsLinear => true;

    public override bool IsDerivativeOnly => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Ints("size", ref _size);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape != inputs[1].Shape)
            throw new ShapeException($"PoolScatter: values {inputs[0].Shape} and indices {inputs[1].Shape} differ");
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape[..^_size.Length].Concat(_size) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor x) where T : unmanaged, INumber<T>
    {
        int lead = x.Rank - _size.Length;
        PoolingKernels.Scatter(x.Shape[..lead].Count, x.Shape[lead..].Count, inputs[0].Shape[lead..].Count, inputs[0].Data<T>(), inputs[1].Data<long>(), x.Data<T>());
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, places) = PoolGatherOp.Flat(inputs[0], inputs[1], _size.Length);
        int plane = (int)((Shape)_size).Count;
        var x = Engine.Apply(new GatherScatterOp(g.Shape.With(-1, plane), g.Rank - 1), g * (places >= 0).To(g.DType), places.Maximum(0));
        return [x.Reshape(inputs[0].Shape[..^_size.Length].Concat(_size))];
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new PoolGatherOp(_size.Length), c.Grad(), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Expanded(0), c.Expanded(1))];
}

/// <summary>Of each plane of input 0, in its last axes, the elements at the places that input 1 names; 0 for -1. The derivative of a maximum.</summary>
internal sealed class PoolGatherOp : Primitive
{
    private int _axes;

    public PoolGatherOp(int axes) => _axes = axes;

    public PoolGatherOp()
    {
    }

    public override string Name => "pool_gather";

    public override string DisplayName => "PoolGather";

    public override bool IsLinear => true;

    public override bool IsDerivativeOnly => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("axes", ref _axes);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape[..^_axes] != inputs[1].Shape[..^_axes])
            throw new ShapeException($"PoolGather: values {inputs[0].Shape} and indices {inputs[1].Shape} have different planes");
        outputs[0] = inputs[0] with { Shape = inputs[1].Shape };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor y) where T : unmanaged, INumber<T>
    {
        int lead = y.Rank - _axes;
        PoolingKernels.Gather(y.Shape[..lead].Count, inputs[0].Shape[lead..].Count, y.Shape[lead..].Count, inputs[0].Data<T>(), inputs[1].Data<long>(), y.Data<T>());
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, places) = Flat(inputs[0], inputs[1], _axes);
        return [(x.Gather(x.Rank - 1, places.Maximum(0)) * (places >= 0).To(x.DType)).Reshape(inputs[1].Shape)];
    }

    /// <summary>Values and indices with their planes as one last axis.</summary>
    public static (Tensor Values, Tensor Indices) Flat(Tensor values, Tensor indices, int axes) =>
        (values.Reshape(Plane(values.Shape, axes)), indices.Reshape(Plane(indices.Shape, axes)));

    private static Shape Plane(in Shape shape, int axes) => shape[..^axes].Concat([(int)shape[^axes..].Count]);

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new PoolScatterOp(c.InputSpec(0).Shape.Dims[^_axes..]), c.Grad(), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Expanded(0), c.Expanded(1))];
}
