namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>How many elements are not 0 (true), as an Int64 scalar. NaN counts.</summary>
    public Tensor CountNonzero() => NotEqual(0L).Sum();

    /// <summary>How many elements along an axis are not 0 (true), as Int64. NaN counts.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CountNonzero(int axis, bool keepDim = false) => NotEqual(0L).Sum(axis, keepDim);

    /// <summary>How many elements over several axes are not 0 (true), as Int64; none named means all. NaN counts.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor CountNonzero(ReadOnlySpan<int> axes, bool keepDim = false) => NotEqual(0L).Sum(axes, keepDim);
}
