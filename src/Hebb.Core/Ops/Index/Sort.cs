using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Lines along an axis in sorted order, all of them or the first k elements, and where each element stood. Stable.</summary>
internal sealed class SortOp : Primitive
{
    private int _axis;
    private bool _descending;
    private int _count;

    /// <param name="axis">The axis to sort along.</param>
    /// <param name="descending">Largest first.</param>
    /// <param name="count">How many to keep; -1 for all.</param>
    public SortOp(int axis, bool descending, int count = -1)
    {
        _axis = axis;
        _descending = descending;
        _count = count;
    }

    public SortOp()
    {
    }

    public override string Name => "sort";

    public override string DisplayName => _count < 0 ? "Sort" : "TopK";

    public override int Outputs => 2;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Output1;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("descending", ref _descending);
        v.Int("count", ref _count);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        ElementTypes.CheckOrdered(DisplayName, x.DType);
        int size = x.Shape[_axis];
        if (_count > size)
            throw new ShapeException($"TopK: axis {_axis} of {x.Shape} has fewer than {_count} elements");
        outputs[0] = x with { Shape = x.Shape.With(_axis, _count < 0 ? size : _count) };
        outputs[1] = outputs[0] with { DType = DType.Int64 };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (long)(inputs[0].Sizes.Count * Math.Log2(Math.Max(inputs[0].Shape[_axis], 2)));

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ElementTypes.Visit(DisplayName, inputs[0].DType, new OrderKernel(inputs[0], outputs[0], outputs[1], _axis, _descending));

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new GatherScatterOp(c.InputSpec(0).Shape, _axis), c.Grad(0), c.Output(1)));

    public override void Jvp(in JvpContext c) => c.Set(0, c.Tangent(0).Gather(_axis, c.Output(1)));

    public override Primitive Shifted(int rank) => new SortOp(_axis + 1, _descending, _count);
}

public sealed partial class Tensor
{
    /// <summary>
    /// The elements in sorted order along an axis, and the index along it from which each came, Int64. Stable: equal elements keep their
    /// order, descending too. NaN counts as the greatest number.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">Elements have no order.</exception>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false) => Ordered(axis, descending, -1);

    /// <summary>The indices along an axis that would sort it, Int64. See <see cref="Sort"/>.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">Elements have no order.</exception>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Detach().Sort(axis, descending).Indices;

    /// <summary>
    /// The k largest elements along an axis, largest first, or the k smallest, smallest first; and the index along it from which each came,
    /// Int64. Of equal elements the first ones are taken. NaN counts as the greatest number.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis, or it has fewer than k elements.</exception>
    /// <exception cref="DTypeException">Elements have no order.</exception>
    public (Tensor Values, Tensor Indices) TopK(int k, int axis = -1, bool largest = true) =>
        k >= 0 ? Ordered(axis, largest, k) : throw new ShapeException($"TopK: {k} elements");

    private (Tensor Values, Tensor Indices) Ordered(int axis, bool descending, int count)
    {
        axis = Shape.Axis(axis, count < 0 ? "Sort" : "TopK");
        if (Rank == 0)
        {
            // A scalar sorts as a line of one.
            var (values, indices) = Reshape(1).Ordered(0, descending, count);
            return count == 0 ? (values, indices) : (values.Reshape([]), indices.Reshape([]));
        }
        var outputs = Engine.ApplyAll(new SortOp(axis, descending, count), this);
        return (outputs[0], outputs[1]);
    }
}
