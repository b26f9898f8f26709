using System.Runtime.CompilerServices;

namespace Hebb;

/// <summary>Zeros around the input of a convolution or pooling (minus infinity for a maximum): so many at both ends of each spatial axis, or what keeps its size.</summary>
/// <remarks>It is made from <c>1</c>, <c>(1, 2)</c> or <c>[1, 2]</c>, one number an axis; from <see cref="Same"/> or <see cref="Valid"/>; or with <see cref="Sides"/>.</remarks>
[CollectionBuilder(typeof(Padding), nameof(Of))]
public readonly struct Padding : IEquatable<Padding>
{
    private Padding(PerAxis begin, PerAxis end, bool same = false)
    {
        Begin = begin;
        End = end;
        IsSame = same;
    }

    /// <summary>None.</summary>
    public static Padding Valid => default;

    /// <summary>As much as keeps the input's size at stride 1: dilation * (kernel - 1) in all, an odd one at the end.</summary>
    public static Padding Same => new(0, 0, same: true);

    /// <summary>What stands before the first element along each axis.</summary>
    public PerAxis Begin { get; }

    /// <summary>What stands after the last element along each axis.</summary>
    public PerAxis End { get; }

    /// <summary>Whether this is <see cref="Same"/>, which depends on the kernel.</summary>
    public bool IsSame { get; }

    /// <summary>The same at both ends of an axis.</summary>
    /// <exception cref="ShapeException">There are not one to three numbers.</exception>
    public static Padding Of(ReadOnlySpan<int> sizes) => PerAxis.Of(sizes);

    /// <summary>Different amounts before and after.</summary>
    public static Padding Sides(PerAxis begin, PerAxis end) => new(begin, end);

    public static implicit operator Padding(PerAxis sizes) => new(sizes, sizes);

    public static implicit operator Padding(int size) => (PerAxis)size;

    public static implicit operator Padding((int, int) sizes) => (PerAxis)sizes;

    public static implicit operator Padding((int, int, int) sizes) => (PerAxis)sizes;

    public static implicit operator Padding(int[] sizes) => (PerAxis)sizes;

    /// <summary>One number an axis for a kernel.</summary>
    /// <exception cref="ShapeException">The numbers don't fit the axes, or one is below 0.</exception>
    public (int[] Begin, int[] End) Resolve(ReadOnlySpan<int> kernel, ReadOnlySpan<int> dilation) => Resolve("Padding", kernel, dilation);

    internal (int[] Begin, int[] End) Resolve(string op, ReadOnlySpan<int> kernel, ReadOnlySpan<int> dilation)
    {
        if (!IsSame)
        {
            int[] before = Begin.Sizes(op, "padding", kernel.Length, 0);
            return (before, Begin == End ? before : End.Sizes(op, "padding", kernel.Length, 0));
        }
        int[] begin = new int[kernel.Length], end = new int[kernel.Length];
        for (int i = 0; i < kernel.Length; i++)
        {
            int total = dilation[i] * (kernel[i] - 1);
            begin[i] = total / 2;
            end[i] = total - begin[i];
        }
        return (begin, end);
    }

    // The iteration type of collection expressions.
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => new ReadOnlySpan<int>([.. Begin]).GetEnumerator();

    public bool Equals(Padding other) => IsSame == other.IsSame && Begin == other.Begin && End == other.End;

    public override bool Equals(object? obj) => obj is Padding other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(IsSame, Begin, End);

    public static bool operator ==(Padding a, Padding b) => a.Equals(b);

    public static bool operator !=(Padding a, Padding b) => !a.Equals(b);

    public override string ToString() => IsSame ? "same" : Begin == End ? $"{Begin}" : $"{Begin} to {End}";
}
