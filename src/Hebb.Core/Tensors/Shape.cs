using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hebb;

/// <summary>The sizes of a tensor along its axes: up to eight, held inline. Written <c>[32, 784]</c>; a scalar has none: <c>[]</c>.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>, IReadOnlyList<int>
{
    /// <summary>The most axes a tensor can have.</summary>
    public const int MaxRank = 8;

    private readonly Sizes _sizes;
    private readonly int _rank;

    [InlineArray(MaxRank)]
    private struct Sizes
    {
        private int _first;
    }

    private Shape(ReadOnlySpan<int> sizes)
    {
        _rank = sizes.Length;
        sizes.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<Sizes, int>(ref _sizes), MaxRank));
    }

    /// <summary>A shape of these sizes.</summary>
    /// <exception cref="ShapeException">More than eight sizes, or a negative one.</exception>
    public static Shape Create(ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaxRank)
            throw new ShapeException($"a tensor has at most {MaxRank} dimensions, not {sizes.Length}");
        foreach (int size in sizes)
        {
            if (size < 0)
                throw new ShapeException($"a dimension can't be negative: [{string.Join(", ", sizes.ToArray())}]");
        }
        return new Shape(sizes);
    }

    public static implicit operator Shape(int[] sizes) => Create(sizes);

    /// <summary>The number of axes.</summary>
    public int Rank => _rank;

    int IReadOnlyCollection<int>.Count => _rank;

    /// <summary>The sizes, first axis first.</summary>
    [UnscopedRef]
    public ReadOnlySpan<int> Dims => MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<Sizes, int>(ref Unsafe.AsRef(in _sizes)), _rank);

    /// <summary>The number of elements: the product of the sizes, 1 for a scalar.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < _rank; i++)
                count *= _sizes[i];
            return count;
        }
    }

    /// <summary>The size along an axis; negative axes count from the end.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int this[int axis]
    {
        get
        {
            int i = axis < 0 ? axis + _rank : axis;
            if ((uint)i >= (uint)_rank)
                throw NoAxis(axis);
            return _sizes[i];
        }
    }

    public int this[Index axis] => this[axis.IsFromEnd ? -axis.Value : axis.Value];

    /// <summary>The sizes of a range of axes.</summary>
    public Shape this[Range axes]
    {
        get
        {
            var (offset, length) = axes.GetOffsetAndLength(_rank);
            return new Shape(Dims.Slice(offset, length));
        }
    }

    /// <summary>Turns an axis that may be negative into one from 0 to rank - 1.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="op">Who asks, for the error; by default the calling method.</param>
    /// <exception cref="ShapeException">There is no such axis. A scalar accepts 0 and -1.</exception>
    public int Axis(int axis, [CallerMemberName] string op = "")
    {
        int i = axis < 0 ? axis + Math.Max(_rank, 1) : axis;
        return (uint)i < (uint)Math.Max(_rank, 1) ? i : throw new ShapeException($"{op}: {NoAxis(axis).Message}");
    }

    /// <summary>This shape with one size replaced.</summary>
    public Shape With(int axis, int size)
    {
        Span<int> sizes = stackalloc int[_rank];
        Dims.CopyTo(sizes);
        sizes[Axis(axis)] = size;
        return new Shape(sizes);
    }

    /// <summary>This shape with a new axis of the given size before <paramref name="axis"/> (from 0 to rank).</summary>
    public Shape Insert(int axis, int size = 1)
    {
        if (_rank == MaxRank)
            throw new ShapeException($"a tensor has at most {MaxRank} dimensions; {this} can't take another");
        Span<int> sizes = stackalloc int[_rank + 1];
        Dims[..axis].CopyTo(sizes);
        sizes[axis] = size;
        Dims[axis..].CopyTo(sizes[(axis + 1)..]);
        return new Shape(sizes);
    }

    /// <summary>This shape without one axis.</summary>
    public Shape Remove(int axis)
    {
        if (_rank == 0)
            throw NoAxis(axis);
        axis = Axis(axis);
        Span<int> sizes = stackalloc int[_rank - 1];
        Dims[..axis].CopyTo(sizes);
        Dims[(axis + 1)..].CopyTo(sizes[axis..]);
        return new Shape(sizes);
    }

    /// <summary>The sizes of this shape followed by those of another.</summary>
    public Shape Concat(Shape other)
    {
        Span<int> sizes = stackalloc int[_rank + other._rank];
        Dims.CopyTo(sizes);
        other.Dims.CopyTo(sizes[_rank..]);
        return Create(sizes);
    }

    /// <summary>The shape that two operands broadcast to (NumPy's rule).</summary>
    /// <exception cref="ShapeException">They don't broadcast.</exception>
    public static Shape Broadcast(in Shape a, in Shape b, string op)
    {
        if (a == b)
            return a;
        return TryBroadcast(a, b, out var shape, out int axis)
            ? shape
            : throw new ShapeException($"{op}: {a} and {b} don't broadcast: sizes {a.FromEnd(axis)} and {b.FromEnd(axis)} differ along axis {-axis - 1}");
    }

    /// <summary>Whether two shapes broadcast, and to what. <paramref name="conflict"/> counts axes from the end.</summary>
    public static bool TryBroadcast(in Shape a, in Shape b, out Shape shape, out int conflict)
    {
        int rank = Math.Max(a._rank, b._rank);
        Span<int> sizes = stackalloc int[rank];
        conflict = -1;
        for (int i = 0; i < rank; i++)
        {
            int x = a.FromEnd(i), y = b.FromEnd(i);
            if (x != y && x != 1 && y != 1)
            {
                conflict = i;
                shape = default;
                return false;
            }
            sizes[rank - 1 - i] = x == 1 ? y : x;
        }
        shape = new Shape(sizes);
        return true;
    }

    /// <summary>Whether a tensor of this shape can be expanded to <paramref name="target"/>.</summary>
    public bool ExpandsTo(in Shape target) => TryBroadcast(this, target, out var shape, out _) && shape == target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FromEnd(int i) => i < _rank ? _sizes[_rank - 1 - i] : 1;

    public bool Equals(Shape other) => Same(this, other);

    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (int size in Dims)
            hash.Add(size);
        return hash.ToHashCode();
    }

    public static bool operator ==(in Shape a, in Shape b) => Same(a, b);

    public static bool operator !=(in Shape a, in Shape b) => !Same(a, b);

    // Size by size: a vector load of a shape that was just written in other pieces waits until every store before it, the kernel's too, is done.
    private static bool Same(in Shape a, in Shape b)
    {
        if (a._rank != b._rank)
            return false;
        for (int i = 0; i < a._rank; i++)
        {
            if (a._sizes[i] != b._sizes[i])
                return false;
        }
        return true;
    }

    public int[] ToArray() => Dims.ToArray();

    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < _rank; i++)
            yield return _sizes[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => $"[{string.Join(", ", Dims.ToArray())}]";

    private ShapeException NoAxis(int axis) => new(_rank == 0 ? $"a scalar has no axis {axis}" : $"{this} has no axis {axis}: it has {_rank}");
}
