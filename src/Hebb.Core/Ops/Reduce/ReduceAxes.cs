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
            int i = shape.Axis(axis, op);
            if ((seen & (1 << i)) != 0)
                throw new ShapeException($"{op}: axis {axis} of {shape} is named twice");
            seen |= 1 << i;
        }
        if (axes.IsEmpty)
            seen = (1 << shape.Rank) - 1;
        // A scalar accepts axis 0, which it does not have.
        seen &= (1 << shape.Rank) - 1;
        var result = new int[System.Numerics.BitOperations.PopCount((uint)seen)];
        for (int i = 0, at = 0; i < shape.Rank; i++)
        {
            if ((seen & (1 << i)) != 0)
                result[at++] = i;
        }
        return result;
    }

    /// <summary>The shape after reducing sorted axes.</summary>
    public static Shape Result(in Shape shape, int[] axes, bool keepDim)
    {
        var result = shape;
        for (int i = axes.Length - 1; i >= 0; i--)
            result = keepDim ? result.With(axes[i], 1) : result.Remove(axes[i]);
        return result;
    }
}
