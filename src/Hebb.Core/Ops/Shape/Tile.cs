namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The tensor laid side by side: axis i <c>repeats[i]</c> times over. Fewer repeats than axes apply to the last ones; more make new axes in front.</summary>
    /// <exception cref="ShapeException">A repeat is negative.</exception>
    public Tensor Tile(params ReadOnlySpan<int> repeats)
    {
        foreach (int repeat in repeats)
        {
            if (repeat < 0)
                throw new ShapeException($"Tile: {repeat} repeats");
        }
        var x = this;
        while (x.Rank < repeats.Length)
            x = x.Unsqueeze(0);
        int shift = x.Rank - repeats.Length;
        // All axes at once where the doubled axes fit into a shape, else one after the other.
        int doubled = 0;
        foreach (int repeat in repeats)
            doubled += repeat == 1 ? 0 : 1;
        if (doubled == 0)
            return x;
        if (x.Rank + doubled > Shape.MaxRank)
        {
            for (int i = 0; i < repeats.Length; i++)
                x = x.TileAxis(i + shift, repeats[i]);
            return x;
        }
        List<int> ones = [], expanded = [], sizes = [];
        for (int axis = 0; axis < x.Rank; axis++)
        {
            int repeat = axis < shift ? 1 : repeats[axis - shift], size = x.Shape[axis];
            if (repeat != 1)
            {
                ones.Add(1);
                expanded.Add(repeat);
            }
            ones.Add(size);
            expanded.Add(size);
            sizes.Add(checked(size * repeat));
        }
        return x.Reshape((Shape)ones.ToArray()).Expand(expanded.ToArray()).Reshape((Shape)sizes.ToArray());
    }

    private Tensor TileAxis(int axis, int repeat)
    {
        if (repeat == 1)
            return this;
        if (repeat == 0)
            return Narrow(axis, 0, 0);
        var parts = new Tensor[repeat];
        Array.Fill(parts, this);
        return Cat(parts, axis);
    }

    /// <summary>Every index of an axis <paramref name="repeats"/> times in a row.</summary>
    /// <exception cref="ShapeException">The number of repeats is negative, or there is no such axis.</exception>
    public Tensor RepeatInterleave(int repeats, int axis)
    {
        if (repeats < 0)
            throw new ShapeException($"RepeatInterleave: {repeats} repeats");
        if (Rank == 0)
            return Unsqueeze(0).RepeatInterleave(repeats, 0);
        axis = Shape.Axis(axis);
        if (Rank == Shape.MaxRank)
            return IndexSelect(axis, Repeated(Enumerable.Repeat((long)repeats, Shape[axis]).ToArray()));
        var result = Shape.With(axis, checked(Shape[axis] * repeats));
        return Unsqueeze(axis + 1).Expand(Shape.Insert(axis + 1, repeats)).Reshape(result);
    }

    /// <summary>Every element <paramref name="repeats"/> times in a row, flat.</summary>
    public Tensor RepeatInterleave(int repeats) => Flatten().RepeatInterleave(repeats, 0);

    /// <summary>Index i of an axis <c>repeats[i]</c> times in a row. Reads the values of <paramref name="repeats"/>.</summary>
    /// <param name="repeats">Integers, one for every index of the axis, or one for all.</param>
    /// <param name="axis">The axis.</param>
    /// <exception cref="ShapeException">A number is negative, there are too many or too few of them, or there is no such axis.</exception>
    /// <exception cref="DTypeException">The repeats are no integers.</exception>
    public Tensor RepeatInterleave(Tensor repeats, int axis)
    {
        if (!repeats.DType.IsInteger)
            throw new DTypeException($"RepeatInterleave: the repeats are {repeats.DType.Name}; they must be integers");
        axis = Shape.Axis(axis);
        int size = Rank == 0 ? 1 : Shape[axis];
        if (repeats.Rank > 1 || (repeats.Count != size && repeats.Count != 1))
            throw new ShapeException($"RepeatInterleave: repeats of {repeats.Shape} for axis {axis} of {Shape}, of size {size}");
        return (Rank == 0 ? Unsqueeze(0) : this).IndexSelect(axis, Repeated(repeats.To(DType.Int64).Expand([size]).ToArray<long>()));
    }

    private static Tensor Repeated(long[] repeats)
    {
        long total = 0;
        foreach (long repeat in repeats)
            total += repeat >= 0 ? repeat : throw new ShapeException($"RepeatInterleave: {repeat} repeats");
        var indices = new long[total];
        int at = 0;
        for (int i = 0; i < repeats.Length; i++)
        {
            indices.AsSpan(at, (int)repeats[i]).Fill(i);
            at += (int)repeats[i];
        }
        return From(indices);
    }
}
