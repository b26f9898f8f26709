namespace Hebb;

/// <summary>
/// One item between the brackets of <c>x[…]</c>: an index, a range, a step, an ellipsis, a new axis, a mask or a tensor of indices. Ints, ranges, arrays
/// and tensors convert to it by themselves.
/// </summary>
public readonly struct TensorIndex
{
    internal enum IndexKind : byte
    {
        At,
        Slice,
        Ellipsis,
        NewAxis,
        Tensor,
    }

    private TensorIndex(IndexKind kind, int? start = null, int? end = null, int step = 1, Tensor? tensor = null)
    {
        Kind = kind;
        Start = start;
        End = end;
        By = step;
        Indices = tensor;
    }

    internal IndexKind Kind { get; }

    /// <summary>The index, or the start of a slice; null for its default.</summary>
    internal int? Start { get; }

    internal int? End { get; }

    internal int By { get; }

    internal Tensor? Indices { get; }

    /// <summary>All axes that the other items leave over: <c>x[TensorIndex.Ellipsis, 0]</c> is index 0 of the last axis.</summary>
    public static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

    /// <summary>A new axis of size 1 at this place.</summary>
    public static TensorIndex NewAxis => new(IndexKind.NewAxis);

    /// <summary>Elements from <paramref name="start"/> up to <paramref name="end"/> (not included) in steps, by Python's rules: null means the end that the step comes from or goes to, negative positions count from the end, ends out of range are clipped.</summary>
    public static TensorIndex Step(int? start, int? end, int step) => new(IndexKind.Slice, start, end, step);

    /// <summary>Every <paramref name="step"/>-th element of an axis; a negative step walks it backwards.</summary>
    public static TensorIndex Step(int step) => new(IndexKind.Slice, null, null, step);

    /// <summary>One index of an axis, which disappears; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(int index) => new(IndexKind.At, index);

    /// <summary>One index of an axis, which disappears.</summary>
    public static implicit operator TensorIndex(Index index) => new(IndexKind.At, index.IsFromEnd ? -index.Value : index.Value);

    /// <summary>A range of an axis; ends out of range are clipped.</summary>
    public static implicit operator TensorIndex(Range range) => new(
        IndexKind.Slice,
        // ^0 is past the end, which a negative number can't say.
        range.Start.IsFromEnd ? range.Start.Value == 0 ? int.MaxValue : -range.Start.Value : range.Start.Value,
        range.End.IsFromEnd ? range.End.Value == 0 ? null : -range.End.Value : range.End.Value);

    /// <summary>A Bool tensor: where it is true, over as many axes as it has. An integer tensor: these indices of one axis, in its shape.</summary>
    public static implicit operator TensorIndex(Tensor indices) => new(IndexKind.Tensor, tensor: indices);

    /// <summary>These indices of an axis.</summary>
    public static implicit operator TensorIndex(int[] indices) => Tensor.From(indices);

    /// <summary>These indices of an axis.</summary>
    public static implicit operator TensorIndex(long[] indices) => Tensor.From(indices);

    /// <summary>Where the array is true along an axis.</summary>
    public static implicit operator TensorIndex(bool[] mask) => Tensor.From(mask);

    public override string ToString() => Kind switch
    {
        IndexKind.At => $"{Start}",
        IndexKind.Slice => By == 1 ? $"{Start}..{End}" : $"{Start}..{End} by {By}",
        IndexKind.Ellipsis => "...",
        IndexKind.NewAxis => "new axis",
        _ => $"{Indices!.Spec}",
    };
}
