namespace Hebb.Onnx;

/// <summary>Choices among elements: by condition, by size, by value.</summary>
internal static class SelectionOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Where", 9, Where);
        table.Add("NonZero", 9, c => SmallTypes.Widen(c[0]).Nonzero().Transpose(0, 1).Contiguous());
        table.AddAll("TopK", 1, c => TopK(c, c.Int("k"), largest: true));
        table.AddAll("TopK", 10, c => TopK(c, c.Long(1), largest: true));
        table.AddAll("TopK", 11, c => TopK(c, c.Long(1), c.Flag("largest", true)));
        table.Add("ArgMax", 1, c => Arg(c, largest: true));
        table.Add("ArgMin", 1, c => Arg(c, largest: false));
        table.AddAll("Unique", 11, Unique);
        table.Add("OneHot", 9, OneHot);
    }

    private static OnnxValue?[] Where(NodeCall c)
    {
        var condition = c[0];
        if (c.Value(1) is not OnnxStrings a)
        {
            var (x, y) = (c[1], c[2]);
            return [x.DType.IsStorageOnly ? Tensor.Where(condition, SmallTypes.Widen(x), SmallTypes.Widen(y)).To(x.DType) : Tensor.Where(condition, x, y)];
        }
        var b = c.Strings(2);
        return [new OnnxStrings([.. a.Values, .. b.Values]).At(Tensor.Where(condition, a.Places(), b.Places() + (long)a.Values.Length))];
    }

    private static OnnxValue?[] TopK(NodeCall c, long k, bool largest)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Int("axis", -1), x.Rank);
        if (k < 0 || k > x.Shape[axis])
            throw new ShapeException($"{k} elements of axis {axis} of {x.Shape}");
        // Ties go to the lower index.
        var (values, indices) = x.TopK((int)k, axis, largest);
        return [values, indices];
    }

    private static Tensor Arg(NodeCall c, bool largest)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Int("axis", 0), x.Rank);
        bool keep = c.Flag("keepdims", true);
        if (!c.Flag("select_last_index"))
            return largest ? x.ArgMax(axis, keep) : x.ArgMin(axis, keep);
        var back = x.Flip(axis);
        return (x.Shape[axis] - 1L) - (largest ? back.ArgMax(axis, keep) : back.ArgMin(axis, keep));
    }

    private static OnnxValue?[] Unique(NodeCall c)
    {
        var value = c.Required(0);
        if (value is OnnxStrings strings)
        {
            // Their ranks among the different texts stand for them.
            string[] different = [.. strings.Values.Distinct().Order(StringComparer.Ordinal)];
            var rank = different.Select((text, i) => (text, i)).ToDictionary(p => p.text, p => (long)p.i);
            var outputs = Unique(c, Tensor.From(Array.ConvertAll(strings.Values, v => rank[v]), strings.Shape));
            outputs[0] = new OnnxStrings(different).At(outputs[0]!.AsTensor());
            return outputs;
        }
        return Unique(c, value.AsTensor());
    }

    private static OnnxValue?[] Unique(NodeCall c, Tensor x)
    {
        int? axis = c.HasAttribute("axis") ? HostValues.Axis(c.Int("axis"), x.Rank) : null;
        var (values, inverse, counts) = axis is { } along ? x.Unique(along) : x.Unique();
        long[] places = inverse.Flatten().ToArray<long>();
        var first = new long[counts.Count];
        Array.Fill(first, long.MaxValue);
        for (int i = places.Length - 1; i >= 0; i--)
            first[places[i]] = i;
        var firsts = Tensor.From(first);
        inverse = inverse.Flatten();
        if (!c.Flag("sorted", true))
        {
            // In the order of their first appearance.
            var order = firsts.ArgSort();
            values = values.IndexSelect(axis ?? 0, order);
            (firsts, counts) = (firsts.IndexSelect(0, order), counts.IndexSelect(0, order));
            inverse = order.ArgSort().Take(inverse);
        }
        return [values, firsts, inverse, counts];
    }

    private static Tensor OneHot(NodeCall c)
    {
        var (indices, values) = (c[0], c[2]);
        long depth = (long)c.Number(1);
        int axis = HostValues.Axis(c.Int("axis", -1), indices.Rank + 1);
        indices = indices.To(DType.Int64);
        indices = Tensor.Where(indices < 0L, indices + depth, indices).Unsqueeze(axis);
        var along = Enumerable.Repeat(1, indices.Rank).ToArray();
        along[axis] = checked((int)depth);
        var hot = indices.Equal(Tensor.Arange(depth).Reshape(along));
        return SmallTypes.Move(values, v => Tensor.Where(hot, v.Select(0, 1), v.Select(0, 0)));
    }
}
