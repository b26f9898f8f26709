using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Sums over the indices of the first axis that share a segment number. The order of the indices is the order of addition.</summary>
    /// <param name="segments">Int64 or another integer type, one number for each index of the first axis, sorted or not.</param>
    /// <param name="count">How many segments there are; an empty one sums to 0.</param>
    /// <returns>[count, …], the other axes as they are.</returns>
    /// <exception cref="ShapeException">A number is out of range, or there are too many or too few.</exception>
    public Tensor SegmentSum(Tensor segments, int count) => IndexScatterOp.Apply(this, [SegmentIndex("SegmentSum", segments)], Shape.With(0, count), 0);

    /// <summary>Means over the indices of the first axis that share a segment number; 0 for an empty segment.</summary>
    /// <inheritdoc cref="SegmentSum" path="/param"/>
    /// <inheritdoc cref="SegmentSum" path="/exception"/>
    public Tensor SegmentMean(Tensor segments, int count)
    {
        if (!DType.IsFloat)
            throw new DTypeException($"SegmentMean: a mean of {DType.Name} values; cast them to a float type first");
        var sizes = Ones(segments.Shape).SegmentSum(segments, count).ClampMin(1).To(DType);
        return SegmentSum(segments, count) / sizes.Reshape(ColumnShape(count));
    }

    /// <summary>The greatest over the indices of the first axis that share a segment number; 0 for an empty segment. Ties share the gradient.</summary>
    /// <inheritdoc cref="SegmentSum" path="/param"/>
    /// <inheritdoc cref="SegmentSum" path="/exception"/>
    public Tensor SegmentMax(Tensor segments, int count) => SegmentExtreme("SegmentMax", segments, count, ScatterReduction.Max);

    /// <summary>The least over the indices of the first axis that share a segment number; 0 for an empty segment. Ties share the gradient.</summary>
    /// <inheritdoc cref="SegmentSum" path="/param"/>
    /// <inheritdoc cref="SegmentSum" path="/exception"/>
    public Tensor SegmentMin(Tensor segments, int count) => SegmentExtreme("SegmentMin", segments, count, ScatterReduction.Min);

    private Tensor SegmentExtreme(string op, Tensor segments, int count, ScatterReduction reduction)
    {
        segments = SegmentIndex(op, segments).Reshape(ColumnShape(Shape[0])).Expand(Shape);
        return Zeros(Shape.With(0, count), DType).ScatterReduce(0, segments, this, reduction, includeSelf: false);
    }

    private Tensor SegmentIndex(string op, Tensor segments)
    {
        if (Rank == 0 || segments.Rank != 1 || segments.Count != Shape[0])
            throw new ShapeException($"{op}: segment numbers of {segments.Shape} for {Shape}; give a vector with one for each index of the first axis");
        return segments;
    }

    /// <summary>A size along the first axis and 1 along the others of this tensor.</summary>
    private Shape ColumnShape(int size)
    {
        var sizes = new int[Rank];
        Array.Fill(sizes, 1);
        sizes[0] = size;
        return sizes;
    }
}
