using System.Runtime.CompilerServices;

namespace Hebb.Ops;

/// <summary>Sizes and strides (in elements) of some axes, outermost first. Axes of size 1 are left out, axes that step evenly into the next are one.</summary>
internal unsafe struct StridedAxes
{
    private const int Room = Hebb.Shape.MaxRank + 1;

    public int Rank;
    public fixed long Sizes[Room];
    public fixed long Strides[Room];

    /// <summary>The number of index tuples.</summary>
    public readonly long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++)
                count *= Sizes[i];
            return count;
        }
    }

    /// <summary>Size and stride of the innermost axis; 1 and 0 where there is none.</summary>
    public readonly long LastSize => Rank == 0 ? 1 : Sizes[Rank - 1];

    public readonly long LastStride => Rank == 0 ? 0 : Strides[Rank - 1];

    /// <summary>Adds an axis inside the others.</summary>
    public void Add(long size, long stride)
    {
        if (size == 1)
            return;
        if (Rank > 0 && Strides[Rank - 1] == stride * size)
        {
            Sizes[Rank - 1] *= size;
            Strides[Rank - 1] = stride;
            return;
        }
        Sizes[Rank] = size;
        Strides[Rank++] = stride;
    }

    /// <summary>These axes but the innermost.</summary>
    public readonly StridedAxes Outer()
    {
        var outer = this;
        outer.Rank = Math.Max(Rank - 1, 0);
        return outer;
    }

    /// <summary>The distance from the first element to the one at a row-major index.</summary>
    public readonly long Offset(long index) => Offset(index, Rank);

    /// <summary>The same for an index into all axes but the innermost.</summary>
    public readonly long OuterOffset(long index) => Offset(index, Rank - 1);

    private readonly long Offset(long index, int rank)
    {
        long offset = 0;
        for (int i = rank - 1; i > 0; i--)
        {
            (long rest, long at) = Math.DivRem(index, Sizes[i]);
            offset += at * Strides[i];
            index = rest;
        }
        return rank <= 0 ? 0 : offset + index * Strides[0];
    }
}

/// <summary>How a tensor's elements are reduced: its axes sorted into kept ones, in output order, and reduced ones, in the order in which elements are combined.</summary>
internal unsafe struct ReducePlan
{
    public StridedAxes Kept;
    public StridedAxes Reduced;

    /// <summary>The first element.</summary>
    public byte* Data;

    /// <summary>The type of the elements in memory.</summary>
    public DType DType;

    /// <summary>How many outputs there are, and how many elements make one.</summary>
    public long Outputs, Count;

    /// <summary>Neighbours in memory belong to one output: rows are folded up. Otherwise they belong to neighbouring outputs: rows are added to each other.</summary>
    public readonly bool IsInner
    {
        get
        {
            if (Kept.Rank == 0 || Reduced.Rank == 0)
                return Reduced.Rank > 0 || Kept.Rank == 0;
            return Math.Abs(Reduced.LastStride) < Math.Abs(Kept.LastStride);
        }
    }

    /// <summary>Complex elements count as pairs of floats, kept along an axis of their own.</summary>
    [SkipLocalsInit]
    public static ReducePlan Create(Tensor x, ReadOnlySpan<int> axes)
    {
        var plan = default(ReducePlan);
        int rank = x.Rank;
        Span<long> strides = stackalloc long[Hebb.Shape.MaxRank];
        Span<int> reduced = stackalloc int[Hebb.Shape.MaxRank];
        x.CopyStrides(strides);
        long unit = x.DType.IsComplex ? 2 : 1;
        int count = 0;
        for (int i = 0, next = 0; i < rank; i++)
        {
            if (next < axes.Length && axes[next] == i)
            {
                next++;
                if (x.Shape[i] != 1)
                    reduced[count++] = i;
                continue;
            }
            plan.Kept.Add(x.Shape[i], strides[i] * unit);
        }
        // Larger steps outside: elements are met in the order of memory.
        for (int i = 1; i < count; i++)
        {
            for (int j = i; j > 0 && Math.Abs(strides[reduced[j - 1]]) < Math.Abs(strides[reduced[j]]); j--)
                (reduced[j - 1], reduced[j]) = (reduced[j], reduced[j - 1]);
        }
        for (int i = 0; i < count; i++)
            plan.Reduced.Add(x.Shape[reduced[i]], strides[reduced[i]] * unit);
        if (unit == 2)
            plan.Kept.Add(2, 1);
        plan.Data = x.Pointer;
        plan.DType = x.DType.RealPart;
        plan.Outputs = plan.Kept.Count;
        plan.Count = plan.Reduced.Count;
        return plan;
    }
}
