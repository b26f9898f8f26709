using System.Collections;
using System.Runtime.CompilerServices;

namespace Hebb;

/// <summary>A size for each spatial axis of a convolution or pooling: one number for all of them, or one an axis, the first axis first.</summary>
/// <remarks>It is made from <c>3</c>, <c>(3, 5)</c>, <c>(1, 3, 3)</c>, or <c>[3, 5]</c>.</remarks>
[CollectionBuilder(typeof(PerAxis), nameof(Of))]
public readonly struct PerAxis : IReadOnlyList<int>, IEquatable<PerAxis>
{
    private readonly int _count, _first, _second, _third;

    private PerAxis(int count, int first, int second, int third)
    {
        _count = count;
        _first = first;
        _second = second;
        _third = third;
    }

    /// <summary>From one to three numbers.</summary>
    /// <exception cref="ShapeException">There are none, or more than three.</exception>
    public static PerAxis Of(ReadOnlySpan<int> sizes) => sizes.Length switch
    {
        1 => sizes[0],
        2 => (sizes[0], sizes[1]),
        3 => (sizes[0], sizes[1], sizes[2]),
        _ => throw new ShapeException($"PerAxis: {sizes.Length} numbers; there are one to three spatial axes"),
    };

    public static implicit operator PerAxis(int size) => new(1, size, 0, 0);

    public static implicit operator PerAxis((int, int) sizes) => new(2, sizes.Item1, sizes.Item2, 0);

    public static implicit operator PerAxis((int, int, int) sizes) => new(3, sizes.Item1, sizes.Item2, sizes.Item3);

    public static implicit operator PerAxis(int[] sizes) => Of(sizes);

    /// <summary>How many numbers were given; one serves all axes.</summary>
    public int Count => Math.Max(1, _count);

    /// <summary>The size along a spatial axis.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[int axis]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(axis);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(axis, Count == 1 ? 2 : Count - 1);
            return axis == 0 || Count == 1 ? _first : axis == 1 ? _second : _third;
        }
    }

    /// <summary>One number an axis.</summary>
    /// <exception cref="ShapeException">There are more or fewer numbers than axes, or one is too small.</exception>
    internal int[] Sizes(string op, string what, int axes, int least)
    {
        if (Count != 1 && Count != axes)
            throw new ShapeException($"{op}: {what} {this} has {Count} numbers for {axes} {(axes == 1 ? "axis" : "axes")}");
        var sizes = new int[axes];
        for (int i = 0; i < axes; i++)
        {
            sizes[i] = this[i];
            if (sizes[i] < least)
                throw new ShapeException($"{op}: {what} {this} must be at least {least}");
        }
        return sizes;
    }

    public bool Equals(PerAxis other) => Count == other.Count && _first == other._first && _second == other._second && _third == other._third;

    public override bool Equals(object? obj) => obj is PerAxis other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Count, _first, _second, _third);

    public static bool operator ==(PerAxis a, PerAxis b) => a.Equals(b);

    public static bool operator !=(PerAxis a, PerAxis b) => !a.Equals(b);

    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => Count == 1 ? $"{_first}" : $"[{string.Join(", ", this)}]";
}
