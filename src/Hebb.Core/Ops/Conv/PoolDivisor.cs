using Hebb.Ops;

namespace Hebb;

/// <summary>What the mean of a window divides by, beside its place.</summary>
internal struct PoolDivisor
{
    public bool CountPadding;
    public int Fixed; // if above 0

    public void Describe(AttributeVisitor v)
    {
        v.Bool("count_padding", ref CountPadding);
        v.Int("divisor", ref Fixed);
    }

    /// <summary>The divisor of every window of a plane: a scalar, or the size of <paramref name="output"/>'s last axes.</summary>
    public readonly Tensor Counts(PoolWindow window, in Shape input, in Shape output, DType type)
    {
        if (Fixed > 0)
            return Tensor.Full([], Fixed, type);
        Shape plane = input[^window.Axes..], places = output[^window.Axes..];
        if (!CountPadding)
            return Sums(window.Windows(Tensor.Ones(plane, type), places, 0), window.Axes).Maximum(1);
        // The padding counts, what overhangs it doesn't.
        for (int i = 0; i < plane.Rank; i++)
            plane = plane.With(i, plane[i] + window.PadBegin[i] + window.PadEnd[i]);
        return Sums(window.WithoutPadding().Windows(Tensor.Ones(plane, type), places, 0), window.Axes).Maximum(1);
    }

    /// <summary>The sum of each window.</summary>
    public static Tensor Sums(Tensor windows, int axes)
    {
        Span<int> last = stackalloc int[axes];
        for (int i = 0; i < axes; i++)
            last[i] = windows.Rank - axes + i;
        return windows.Sum(last);
    }
}
