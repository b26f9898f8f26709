namespace Hebb.Onnx;

/// <summary>Sequences of tensors.</summary>
internal static class SequenceOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("SequenceConstruct", 11, c => [new OnnxSequence([.. Enumerable.Range(0, c.Count).Select(c.Required)])]);
        table.AddAll("SequenceEmpty", 11, _ => [new OnnxSequence([])]);
        table.AddAll("SequenceAt", 11, c => [c.Sequence(0).Items[Index(c.Long(1), c.Sequence(0).Items.Count - 1, c.Sequence(0).Items.Count)]]);
        table.Add("SequenceLength", 11, c => HostValues.OfLong(c.Sequence(0).Items.Count));
        table.AddAll("SequenceInsert", 11, Insert);
        table.AddAll("SequenceErase", 11, Erase);
        table.AddAll("SplitToSequence", 11, Split);
        table.AddAll("ConcatFromSequence", 11, c => [c.Flag("new_axis")
            ? Stack(c.Sequence(0).Items, (int)c.Int("axis")) : PartOperators.Concat(c.Sequence(0).Items, c.Int("axis"))]);
        table.AddAll("SequenceMap", 17, Map);
    }

    /// <summary>Values side by side along a new axis.</summary>
    public static OnnxValue Stack(IReadOnlyList<OnnxValue> items, int axis)
    {
        if (items.Count == 0)
            throw new ShapeException("there is nothing to join");
        int at = HostValues.Axis(axis, ReshapeOperators.SizesOf(items[0]).Rank + 1);
        return PartOperators.Concat([.. items.Select(i => SmallTypes.Move(i, x => x.Unsqueeze(at)))], at);
    }

    private static int Index(long position, int most, int count)
    {
        long i = position < 0 ? position + count : position;
        return i >= 0 && i <= most ? (int)i : throw new ShapeException($"there is no position {position} in a sequence of {count}");
    }

    private static OnnxValue?[] Insert(NodeCall c)
    {
        List<OnnxValue> items = [.. c.Sequence(0).Items];
        items.Insert(c.Has(2) ? Index(c.Long(2), items.Count, items.Count) : items.Count, c.Required(1));
        return [new OnnxSequence(items)];
    }

    private static OnnxValue?[] Erase(NodeCall c)
    {
        List<OnnxValue> items = [.. c.Sequence(0).Items];
        items.RemoveAt(c.Has(1) ? Index(c.Long(1), items.Count - 1, items.Count) : items.Count - 1);
        return [new OnnxSequence(items)];
    }

    private static OnnxValue?[] Split(NodeCall c)
    {
        var value = c.Required(0);
        var shape = ReshapeOperators.SizesOf(value);
        int axis = HostValues.Axis(c.Int("axis", 0), shape.Rank), size = shape[axis];
        bool keep = c.Has(1) || c.Flag("keepdims", true);
        int[] lengths;
        if (!c.Has(1))
        {
            lengths = [.. Enumerable.Repeat(1, size)];
        }
        else if (c[1].Rank == 0)
        {
            int each = HostValues.Sizes([c.Long(1)])[0];
            if (each == 0)
                throw new ShapeException("parts have no elements");
            lengths = [.. Enumerable.Range(0, (size + each - 1) / each).Select(i => Math.Min(each, size - i * each))];
        }
        else
        {
            lengths = HostValues.Sizes(c.Longs(1));
            if (lengths.Sum() != size)
                throw new ShapeException($"parts of [{string.Join(", ", lengths)}] do not make up axis {axis} of {shape}");
        }
        var items = new OnnxValue[lengths.Length];
        for (int i = 0, start = 0; i < items.Length; start += lengths[i++])
        {
            int from = start, length = lengths[i];
            items[i] = SmallTypes.Move(value, x => keep ? x.Narrow(axis, from, length) : x.Narrow(axis, from, length).Squeeze(axis));
        }
        return [new OnnxSequence(items)];
    }

    private static OnnxValue?[] Map(NodeCall c)
    {
        int count = c.Sequence(0).Items.Count;
        List<OnnxValue>[]? results = null;
        for (int i = 0; i < count; i++)
        {
            var outputs = c.Run("body", [.. Enumerable.Range(0, c.Count).Select(k => c.Value(k) is OnnxSequence s ? s.Items[Index(i, s.Items.Count - 1, s.Items.Count)] : c.Value(k))]);
            results ??= [.. outputs.Select(_ => new List<OnnxValue>())];
            for (int k = 0; k < outputs.Length; k++)
                results[k].Add(outputs[k] ?? throw new FormatException("an output of the body has no value"));
        }
        return results is null ? [.. Enumerable.Range(0, c.OutputCount).Select(_ => new OnnxSequence([]))] : [.. results.Select(r => new OnnxSequence(r))];
    }
}
