namespace Hebb.Onnx;

/// <summary>Parts of tensors, and tensors of parts.</summary>
internal static class PartOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Concat", 1, c => [Concat([.. Enumerable.Range(0, c.Count).Select(c.Required)], c.Int("axis", 1))]);
        table.AddAll("Slice", 1, c => [Slice(c.Required(0), c.Ints("starts") ?? [], c.Ints("ends") ?? [], c.Ints("axes"), null)]);
        table.AddAll("Slice", 10, c => [Slice(c.Required(0), c.Longs(1), c.Longs(2), c.LongsOrNull(3), c.LongsOrNull(4))]);
        table.AddAll("Split", 1, c => Split(c, c.LongsOrNull(1) ?? c.Ints("split"), null));
        table.AddAll("Split", 2, c => Split(c, c.Ints("split"), null));
        table.AddAll("Split", 13, c => Split(c, c.LongsOrNull(1), null));
        table.AddAll("Split", 18, c => Split(c, c.LongsOrNull(1), c.HasAttribute("num_outputs") ? c.Int("num_outputs") : null));
        table.AddAll("Tile", 1, c => [SmallTypes.Move(c.Required(0), x => Repeat(x, c.Long(2), c.Long(1)))]);
        table.AddAll("Tile", 6, c => [SmallTypes.Move(c.Required(0), x => x.Tile(HostValues.Sizes(c.Longs(1))))]);
        table.AddAll("ReverseSequence", 10, ReverseSequence);
    }

    /// <summary>Tensors, or strings, side by side along an axis.</summary>
    public static OnnxValue Concat(IReadOnlyList<OnnxValue> values, long axis)
    {
        if (values.Count == 0)
            throw new ShapeException("there is nothing to join");
        if (values[0] is not OnnxStrings)
        {
            Tensor[] tensors = [.. values.Select(v => v.AsTensor())];
            int at = HostValues.Axis(axis, tensors[0].Rank);
            return tensors[0].DType.IsStorageOnly ? Tensor.Cat(Array.ConvertAll(tensors, SmallTypes.Widen), at).To(tensors[0].DType) : Tensor.Cat(tensors, at);
        }
        var all = new List<string>();
        var places = new List<Tensor>();
        foreach (var value in values)
        {
            var strings = value as OnnxStrings ?? throw new FormatException($"strings can't be joined with {value.Describe()}");
            places.Add(strings.Places() + (long)all.Count);
            all.AddRange(strings.Values);
        }
        return new OnnxStrings([.. all]).At(Tensor.Cat(places.ToArray(), HostValues.Axis(axis, places[0].Rank)));
    }

    /// <summary>A part of a tensor or of strings; without axes of the first ones, without steps every element.</summary>
    public static OnnxValue Slice(OnnxValue value, long[] starts, long[] ends, long[]? axes, long[]? steps) => SmallTypes.Move(value, x =>
    {
        axes ??= [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || (steps is not null && steps.Length != starts.Length))
            throw new ShapeException($"there are {starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps?.Length ?? starts.Length} steps");
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = HostValues.Axis(axes[i], x.Rank);
            x = Slice(x, axis, starts[i], ends[i], steps?[i] ?? 1);
        }
        return x;
    });

    // Negative ends count from the end of the axis; what lies before its start means "all of it" where steps go down.
    private static Tensor Slice(Tensor x, int axis, long start, long end, long step)
    {
        if (step == 0)
            throw new ShapeException("a step is 0");
        long size = x.Shape[axis];
        start = start < 0 ? start + size : start;
        end = end < 0 ? end + size : end;
        start = step > 0 ? Math.Clamp(start, 0, size) : Math.Clamp(start, -1, size - 1);
        end = step > 0 ? Math.Clamp(end, 0, size) : Math.Clamp(end, -1, size - 1);
        if (step > 0 ? start >= end : start <= end)
            return x.Narrow(axis, 0, 0);
        return x.Slice(axis, (int)start, end < 0 ? null : (int)end, HostValues.Clip(step));
    }

    private static OnnxValue?[] Split(NodeCall c, long[]? sizes, long? parts)
    {
        var value = c.Required(0);
        var shape = ReshapeOperators.SizesOf(value);
        int axis = HostValues.Axis(c.Int("axis", 0), shape.Rank);
        int[] lengths;
        if (sizes is not null)
        {
            lengths = HostValues.Sizes(sizes);
            if (lengths.Sum() != shape[axis])
                throw new ShapeException($"parts of [{string.Join(", ", lengths)}] do not make up axis {axis} of {shape}");
        }
        else
        {
            // Equal parts; the last is smaller where they do not come out even.
            int count = (int)(parts ?? c.OutputCount), each = (shape[axis] + count - 1) / count;
            lengths = [.. Enumerable.Range(0, count).Select(i => Math.Clamp(shape[axis] - i * each, 0, each))];
        }
        var outputs = new OnnxValue?[lengths.Length];
        for (int i = 0, start = 0; i < lengths.Length; start += lengths[i++])
        {
            int from = start, length = lengths[i];
            outputs[i] = SmallTypes.Move(value, x => x.Narrow(axis, from, length));
        }
        return outputs;
    }

    private static Tensor Repeat(Tensor x, long axis, long times)
    {
        var repeats = Enumerable.Repeat(1, x.Rank).ToArray();
        repeats[HostValues.Axis(axis, x.Rank)] = HostValues.Sizes([times])[0];
        return x.Tile(repeats);
    }

    private static OnnxValue?[] ReverseSequence(NodeCall c)
    {
        var shape = ReshapeOperators.SizesOf(c.Required(0));
        int time = HostValues.Axis(c.Int("time_axis", 0), shape.Rank), batch = HostValues.Axis(c.Int("batch_axis", 1), shape.Rank);
        long[] lengths = c.Longs(1);
        if (lengths.Length != shape[batch] || lengths.Any(n => n < 0 || n > shape[time]))
            throw new ShapeException($"lengths [{string.Join(", ", lengths)}] do not fit {shape}, whose axis {time} is time and axis {batch} the batch");
        var places = new long[lengths.Length * shape[time]];
        for (int i = 0; i < lengths.Length; i++)
        {
            for (int t = 0; t < shape[time]; t++)
                places[i * shape[time] + t] = t < lengths[i] ? lengths[i] - 1 - t : t;
        }
        var rows = Tensor.Arange(lengths.Length).Unsqueeze(1);
        var order = Tensor.From(places, [lengths.Length, shape[time]]);
        return [SmallTypes.Move(c.Required(0), x => x.MoveAxis([batch, time], [0, 1])[rows, order].MoveAxis([0, 1], [batch, time]))];
    }
}
