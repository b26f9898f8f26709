namespace Hebb.Onnx;

/// <summary>Other shapes for the same elements, and shapes as values.</summary>
internal static class ReshapeOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Identity", 1, c => [c.Required(0)]);
        table.AddAll("Reshape", 1, c => [Reshape(c.Required(0), c.Ints("shape") ?? [], false)]);
        table.AddAll("Reshape", 5, c => [Reshape(c.Required(0), c.Longs(1), c.Flag("allowzero"))]);
        table.AddAll("Flatten", 1, Flatten);
        table.AddAll("Squeeze", 1, c => [Squeeze(c.Required(0), c.Ints("axes"))]);
        table.AddAll("Squeeze", 13, c => [Squeeze(c.Required(0), c.LongsOrNull(1))]);
        table.AddAll("Unsqueeze", 1, c => [Unsqueeze(c.Required(0), c.Ints("axes") ?? [])]);
        table.AddAll("Unsqueeze", 13, c => [Unsqueeze(c.Required(0), c.Longs(1))]);
        table.AddAll("Transpose", 1, Transpose);
        table.AddAll("Expand", 8, Expand);
        table.Add("Shape", 1, ShapeOf);
        table.Add("Size", 1, c => HostValues.OfLong(SizesOf(c.Required(0)).Count));
    }

    /// <summary>The shape of a tensor or of strings.</summary>
    public static Shape SizesOf(OnnxValue value) => value is OnnxStrings strings ? strings.Shape : value.AsTensor().Shape;

    private static OnnxValue Reshape(OnnxValue x, ReadOnlySpan<long> sizes, bool allowZero)
    {
        var from = SizesOf(x);
        var to = new int[sizes.Length];
        int rest = -1;
        long known = 1;
        for (int i = 0; i < to.Length; i++)
        {
            long size = sizes[i];
            if (size == 0 && !allowZero)
                size = i < from.Rank ? from[i] : throw new ShapeException($"size {i} is to stay as it is, but {from} has no axis {i}");
            if (size == -1)
            {
                rest = rest < 0 ? i : throw new ShapeException("only one size can be -1");
                continue;
            }
            to[i] = HostValues.Sizes([size])[0];
            known *= to[i];
        }
        if (rest >= 0)
            to[rest] = known > 0 && from.Count % known == 0 ? checked((int)(from.Count / known)) : throw new ShapeException($"{from} can't be shaped as [{string.Join(", ", sizes.ToArray())}]");
        var shape = Shape.Create(to);
        return SmallTypes.Move(x, t => t.Reshape(shape));
    }

    private static OnnxValue?[] Flatten(NodeCall c)
    {
        var shape = SizesOf(c.Required(0));
        long axis = c.Int("axis", 1);
        int split = (int)(axis < 0 ? axis + shape.Rank : axis);
        if (split < 0 || split > shape.Rank)
            throw new ShapeException($"there is no axis {axis} of {shape}");
        int rows = checked((int)shape[..split].Count), columns = checked((int)shape[split..].Count);
        return [SmallTypes.Move(c.Required(0), t => t.Reshape(rows, columns))];
    }

    private static OnnxValue Squeeze(OnnxValue x, long[]? axes)
    {
        var shape = SizesOf(x);
        var gone = axes is null ? [.. Enumerable.Range(0, shape.Rank).Where(i => shape[i] == 1)] : HostValues.Axes(axes, shape.Rank);
        foreach (int axis in gone)
        {
            if (shape[axis] != 1)
                throw new ShapeException($"axis {axis} of {shape} is not of size 1");
        }
        var left = Shape.Create([.. Enumerable.Range(0, shape.Rank).Where(i => !gone.Contains(i)).Select(i => shape[i])]);
        return SmallTypes.Move(x, t => t.Reshape(left));
    }

    private static OnnxValue Unsqueeze(OnnxValue x, long[] axes)
    {
        var shape = SizesOf(x);
        int rank = shape.Rank + axes.Length;
        int[] made = HostValues.Axes(axes, rank);
        if (made.Distinct().Count() != made.Length)
            throw new ShapeException($"an axis is named twice in [{string.Join(", ", axes)}]");
        var sizes = new int[rank];
        for (int i = 0, from = 0; i < rank; i++)
            sizes[i] = made.Contains(i) ? 1 : shape[from++];
        var to = Shape.Create(sizes);
        return SmallTypes.Move(x, t => t.Reshape(to));
    }

    private static OnnxValue?[] Transpose(NodeCall c)
    {
        int rank = SizesOf(c.Required(0)).Rank;
        int[] order = c.Ints("perm") is { } given ? HostValues.Axes(given, rank) : [.. Enumerable.Range(0, rank).Reverse()];
        return [SmallTypes.Move(c.Required(0), t => t.Permute(order))];
    }

    private static OnnxValue?[] Expand(NodeCall c)
    {
        var shape = Shape.Broadcast(SizesOf(c.Required(0)), Shape.Create(HostValues.Sizes(c.Longs(1))), "Expand");
        return [SmallTypes.Move(c.Required(0), t => t.Expand(shape))];
    }

    private static Tensor ShapeOf(NodeCall c)
    {
        var shape = SizesOf(c.Required(0));
        long[] sizes = [.. shape.ToArray()];
        int start = Bound(c.Int("start", 0), shape.Rank), end = Bound(c.Int("end", shape.Rank), shape.Rank);
        return Tensor.From(start < end ? sizes[start..end] : []);

        static int Bound(long axis, int rank) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }
}
