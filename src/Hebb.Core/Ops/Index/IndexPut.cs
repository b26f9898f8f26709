using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Input 0 with the values of input 1 at the places that index tensors name; where a place is named twice the last value stays.</summary>
internal sealed class IndexPutOp : Primitive
{
    private int _axis;

    public IndexPutOp(int axis) => _axis = axis;

    public IndexPutOp()
    {
    }

    public static Tensor Apply(Tensor x, Tensor values, ReadOnlySpan<Tensor> indices, int axis) => Engine.Apply(new IndexPutOp(axis), [x, values, .. indices]);

    public override string Name => "index_put";

    public override string DisplayName => "IndexPut";

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.Inputs & ~(Saved.Input0 | Saved.Input1);

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("axis", ref _axis);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        IndexShapes.Check(DisplayName, inputs[2..]);
        if (inputs[1].DType != inputs[0].DType)
            throw new DTypeException($"{DisplayName}: the values are {inputs[1].DType.Name}, the tensor is {inputs[0].DType.Name}");
        var expected = IndexShapes.Picked(inputs[0].Shape, _axis, inputs.Length - 2, inputs[2].Shape);
        if (inputs[1].Shape != expected)
            throw new ShapeException($"{DisplayName}: the values are {inputs[1].Shape}, the places {expected}");
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override bool CanRunInPlace(int input, int output) => input == 0;

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].Pointer != outputs[0].Pointer)
            Copying.Convert(inputs[0], outputs[0]);
        Write(c, inputs[1], inputs[2..], outputs[0], _axis);
    }

    /// <summary>Writes contiguous values into a tensor of any layout.</summary>
    public static unsafe void Write(CpuContext c, Tensor values, ReadOnlySpan<Tensor> indices, Tensor y, int axis)
    {
        if (!IndexKernel.Sides.TryCreate(y, axis, axis + indices.Length, out var sides))
        {
            var copy = Copying.Contiguous(y);
            Write(c, values, indices, copy, axis);
            Copying.Scatter(copy, y);
            return;
        }
        Span<long> strides = stackalloc long[Shape.MaxRank];
        y.CopyStrides(strides);
        long* offsets = IndexKernel.Offsets(c, "Index", y.Shape, axis, strides, indices);
        IndexKernel.Put(values, sides, offsets, indices[0].Count, y);
    }

    public override void Vjp(in VjpContext c)
    {
        var indices = new Tensor[c.InputCount - 2];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Input(i + 2);
        var g = c.Grad();
        if (c.Needs(0))
            c.Set(0, Apply(g, Tensor.Zeros(c.InputSpec(1).Shape, g.DType), indices, _axis));
        if (c.Needs(1))
            c.Set(1, IndexOp.Apply(g, indices, _axis) * Stays(indices, c.InputSpec(0).Shape[_axis..(_axis + indices.Length)], c.InputSpec(1).Shape).To(g.DType));
    }

    /// <summary>1 where a value is the last one for its place, in a shape that broadcasts to that of the values.</summary>
    private Tensor Stays(Tensor[] indices, Shape places, Shape values)
    {
        var shape = indices[0].Shape;
        var order = Tensor.Arange(shape.Count).Reshape(shape);
        var last = IndexOp.Apply(Apply(Tensor.Zeros(places, DType.Int64), order, indices, 0), indices, 0);
        var stays = last.Equal(order);
        for (int i = _axis + shape.Rank; i < values.Rank; i++)
            stays = stays.Unsqueeze(-1);
        return stays;
    }

    public override Tensor[] Batch(BatchContext c)
    {
        bool indexed = false;
        for (int i = 2; i < c.Values.Length; i++)
            indexed |= c.IsBatched(i);
        if (!indexed)
            return [Apply(c.Expanded(0), c.Expanded(1), c.Values[2..], _axis + 1)];
        var indices = new Tensor[c.Values.Length - 2];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Expanded(i + 2);
        var batch = IndexShapes.BatchIndex(c.Size, c.Specs[2].Shape);
        return [Apply(c.Expanded(0).MoveAxis(0, _axis), c.Expanded(1).MoveAxis(0, _axis), [batch, .. indices], _axis).MoveAxis(_axis, 0)];
    }
}

public sealed partial class Tensor
{
    /// <summary>This tensor with <paramref name="values"/> at the places that <paramref name="indices"/> name along the first axes: <c>x[i, j] = values</c> as a function.</summary>
    /// <param name="indices">Integer tensors that broadcast together, one an axis from the first on.</param>
    /// <param name="values">Broadcast to the places, converted to this tensor's type.</param>
    /// <param name="accumulate">Adds instead of replacing; a place named twice gets both. Otherwise the last value stays.</param>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    public Tensor IndexPut(ReadOnlySpan<Tensor> indices, Tensor values, bool accumulate = false)
    {
        if (indices.IsEmpty || indices.Length > Rank)
            throw new ShapeException($"IndexPut: {indices.Length} index tensors for {Shape}; give one to {Rank}");
        var same = BroadcastTensors(indices);
        var places = IndexShapes.Picked(Shape, 0, same.Length, same[0].Shape);
        if (!values.Shape.ExpandsTo(places))
            throw new ShapeException($"IndexPut: the values are {values.Shape}, the places {places}");
        values = values.To(DType).Expand(places);
        return accumulate ? this + IndexScatterOp.Apply(values, same, Shape, 0) : IndexPutOp.Apply(this, values, same, 0);
    }
}
