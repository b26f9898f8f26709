using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The indices of an axis that <paramref name="indices"/> names, in its order.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="indices">An integer vector or scalar; negative ones count from the end.</param>
    /// <exception cref="ShapeException">An index is out of range, the indices are no vector, or there is no such axis.</exception>
    /// <exception cref="DTypeException">The indices are no integers.</exception>
    public Tensor IndexSelect(int axis, Tensor indices) => IndexOp.Apply(this, [IndexVector("IndexSelect", axis, indices)], Shape.Axis(axis));

    /// <summary>The elements, counted in row-major order, that <paramref name="indices"/> names; in its shape.</summary>
    /// <exception cref="ShapeException">An index is out of range.</exception>
    /// <exception cref="DTypeException">The indices are no integers.</exception>
    public Tensor Take(Tensor indices) => IndexOp.Apply(Flatten(), [indices], 0);

    /// <summary>The tensor with <c>scale * source[…, i, …]</c> added to index <c>indices[i]</c> of an axis; an index named twice gets both, in order.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="indices">An integer vector.</param>
    /// <param name="source">Of this tensor's shape, but for the axis, which is as long as <paramref name="indices"/>.</param>
    /// <param name="scale">What the source is multiplied by.</param>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    public Tensor IndexAdd(int axis, Tensor indices, Tensor source, double scale = 1)
    {
        indices = IndexVector("IndexAdd", axis, indices);
        source = IndexSource("IndexAdd", axis, indices, source);
        return this + IndexScatterOp.Apply(scale == 1 ? source : (source * scale).To(DType), [indices], Shape, Shape.Axis(axis));
    }

    /// <summary>The tensor with <c>source[…, i, …]</c> in place of index <c>indices[i]</c> of an axis; of several for one index the last stays.</summary>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    public Tensor IndexCopy(int axis, Tensor indices, Tensor source)
    {
        indices = IndexVector("IndexCopy", axis, indices);
        return IndexPutOp.Apply(this, IndexSource("IndexCopy", axis, indices, source), [indices], Shape.Axis(axis));
    }

    /// <summary>The tensor with one value everywhere in the indices of an axis that <paramref name="indices"/> names.</summary>
    /// <exception cref="ShapeException">An index is out of range, the indices are no vector, or there is no such axis.</exception>
    public Tensor IndexFill(int axis, Tensor indices, double value)
    {
        indices = IndexVector("IndexFill", axis, indices);
        return IndexPutOp.Apply(this, Full([], value, DType).Expand(Shape.With(axis, (int)indices.Count)), [indices], Shape.Axis(axis));
    }

    private Tensor IndexVector(string op, int axis, Tensor indices)
    {
        if (Rank == 0)
            throw new ShapeException($"{op}: a scalar has no axis to index");
        if (indices.Rank > 1)
            throw new ShapeException($"{op}: the indices are {indices.Shape}; they must be a vector");
        return indices.Rank == 0 ? indices.Unsqueeze(0) : indices;
    }

    private Tensor IndexSource(string op, int axis, Tensor indices, Tensor source)
    {
        var expected = Shape.With(axis, (int)indices.Count);
        return source.Shape == expected ? source.To(DType) : throw new ShapeException($"{op}: the source is {source.Shape}; {indices.Count} indices of axis {Shape.Axis(axis)} of {Shape} take {expected}");
    }
}
