namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The median of all elements; the lower one of the two in the middle, if their number is even. NaN if one is.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public Tensor Median() => Flatten().Median(0).Values;

    /// <summary>The medians along an axis and their indices (Int64); the lower one of the two in the middle, if their number is even. NaN where one is. The gradient goes to the element at the index.</summary>
    /// <exception cref="ShapeException">There is no such axis, or nothing along it.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public (Tensor Values, Tensor Indices) Median(int axis, bool keepDim = false)
    {
        axis = Shape.Axis(axis);
        var x = Rank == 0 ? Reshape([1]) : this;
        int n = x.Shape[axis];
        if (n == 0)
            throw new ShapeException($"Median: {Shape} has no elements along axis {axis}");
        var (values, indices) = x.Sort(axis);
        var (middle, place) = (values.Narrow(axis, (n - 1) / 2, 1), indices.Narrow(axis, (n - 1) / 2, 1));
        if (DType.IsFloat)
        {
            // NaNs are sorted to the end, the first of them first.
            var count = x.IsNaN().Sum(axis, keepDim: true);
            var nan = count.Greater(0L);
            place = Where(nan, indices.Gather(axis, Where(nan, n - count, 0L)), place);
            middle = x.Gather(axis, place);
        }
        return keepDim && Rank > 0 ? (middle, place) : (middle.Squeeze(axis), place.Squeeze(axis));
    }
}
