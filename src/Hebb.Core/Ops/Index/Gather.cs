using System.Runtime.InteropServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Along one axis, the element that an index tensor names for each place of the result.</summary>
internal sealed class GatherOp : Primitive
{
    private int _axis;

    public GatherOp(int axis) => _axis = axis;

    public GatherOp()
    {
    }

    public override string Name => "gather";

    public override string DisplayName => "Gather";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("axis", ref _axis);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        IndexShapes.CheckAxis(DisplayName, inputs[0].Shape, inputs[1], _axis);
        outputs[0] = inputs[0] with { Shape = inputs[1].Shape };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => AxisKernel.Gather(DisplayName, inputs[0], inputs[1], outputs[0], _axis);

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new GatherScatterOp(c.InputSpec(0).Shape, _axis), c.Grad(), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(new GatherOp(_axis + 1), c.Expanded(0), c.Expanded(1))];
}

/// <summary>Zeros of a shape to which input 0 is added at the places that an index tensor names along one axis: the adjoint of gathering.</summary>
internal sealed class GatherScatterOp : Primitive
{
    private Shape _shape;
    private int _axis;

    public GatherScatterOp(Shape shape, int axis)
    {
        _shape = shape;
        _axis = axis;
    }

    public GatherScatterOp()
    {
    }

    public override string Name => "gather_scatter";

    public override string DisplayName => "GatherScatter";

    public override bool IsLinear => true;

    public override bool AcceptsStrided => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Shape("shape", ref _shape);
        v.Int("axis", ref _axis);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckAxis(DisplayName, _shape, inputs[1], _axis);
        outputs[0] = inputs[0] with { Shape = _shape };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        NativeMemory.Clear(y.Pointer, (nuint)y.DType.BytesFor(y.Count));
        if (y.DType.IsComplex)
        {
            // Real and imaginary parts as two neighbours of each element.
            var flat = Copying.To(inputs[1], DType.Int64);
            var index = Copying.Expand(new Tensor(flat, flat.Shape.Concat([1]), null, flat.Offset), flat.Shape.Concat([2]));
            var source = Copying.Contiguous(inputs[0]);
            Tensor pairs = new(y, y.Shape.Concat([2]), null, 2 * y.Offset, y.DType.RealPart), values = new(source, index.Shape, null, 2 * source.Offset, y.DType.RealPart);
            ScatterReduceOp.Sum(DisplayName, pairs, index, values, _axis);
            return;
        }
        ScatterReduceOp.Sum(DisplayName, y, inputs[1], inputs[0], _axis);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new GatherOp(_axis), c.Grad(), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(new GatherScatterOp(_shape.Insert(0, c.Size), _axis + 1), c.Expanded(0), c.Expanded(1))];
}

public sealed partial class Tensor
{
    /// <summary>Along an axis, the element that <paramref name="indices"/> names for each place of the result: y[i][j] = x[indices[i][j]][j] for axis 0 of a matrix.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="indices">Integers, of as many axes as this tensor and no larger but along <paramref name="axis"/>; negative ones count from the end.</param>
    /// <returns>A tensor of the shape of <paramref name="indices"/>.</returns>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    /// <exception cref="DTypeException">The indices are no integers.</exception>
    public Tensor Gather(int axis, Tensor indices)
    {
        axis = Shape.Axis(axis);
        return Rank == 0 && indices.Rank == 0
            ? Engine.Apply(new GatherOp(0), Unsqueeze(0), indices.Unsqueeze(0)).Squeeze(0)
            : Engine.Apply(new GatherOp(axis), this, indices);
    }
}
