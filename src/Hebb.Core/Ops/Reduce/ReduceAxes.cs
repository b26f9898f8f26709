namespace Hebb.Ops;

/// <summary>What all reductions do with their axes.</summary>
internal static class ReduceAxes
{
    /// <summary>Sorted, from 0 to rank - 1; all axes if none is named.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public static int[] Normalize(string op, in Shape shape, ReadOnlySpan<int> axes)
    {
        int seen = 0;
        foreach (int axis in axes)
        {
            int i = shape.Axis(axis);
            if ((seen & (1 << i)) != 0)
                throw new ShapeException($"{op}: axis {axis} of {shape} is named twice");
            seen |= 1 << i;
        }
        var result = new List<int>(shape.Rank);
        for (int i = 0; i < shape.Rank; i++)
        {
            if (axes.IsEmpty || (seen & (1 << i)) != 0)
                result.Add(i);
        }
        return [.. result];
    }

    /// <summary>The shape after reducing sorted axes.</summary>
    public static Shape Result(in Shape shape, int[] axes, bool keepDim)
    {
        var result = shape;
        for (int i = axes.Length - 1; i >= 0; i--)
            result = keepDim ? result.With(axes[i], 1) : result.Remove(axes[i]);
        return result;
    }

    /// <summary>The elements as contiguous rows, one row for every element of the result.</summary>
    public static Tensor ToRows(Tensor x, int[] axes, out long rows, out long columns)
    {
        var order = new List<int>(x.Rank);
        columns = 1;
        for (int i = 0; i < x.Rank; i++)
        {
            if (Array.IndexOf(axes, i) < 0)
                order.Add(i);
        }
        foreach (int axis in axes)
        {
            order.Add(axis);
            columns *= x.Shape[axis];
        }
        rows = columns == 0 ? Result(x.Shape, axes, keepDim: false).Count : x.Count / columns;
        if (x.Rank == 0)
            return Copying.Contiguous(x);
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[x.Rank];
        var sizes = new int[x.Rank];
        for (int i = 0; i < x.Rank; i++)
            (strides[i], sizes[i]) = (old[order[i]], x.Shape[order[i]]);
        return Copying.Contiguous(Tensor.Strided(x, sizes, strides, x.Offset));
    }
}
