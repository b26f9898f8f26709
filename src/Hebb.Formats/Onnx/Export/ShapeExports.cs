using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Shapes, parts and joins. Sizes that follow from dynamic axes are -1 or 0 where a reshape can tell them, else they are worked out from shapes.</summary>
internal static class ShapeExports
{
    /// <summary>As an end of a slice: past everything.</summary>
    private const long Past = int.MaxValue;

    public static void Add(ExportTable table)
    {
        table.Add("reshape", Reshape);
        table.Add("expand", n => n.Set(n.Op("Expand", n.In(0), Target(n))));
        // Pairs that stand for complex numbers stay last.
        table.Add("permute", n => n.Set(n.Op("Transpose", [n.In(0)], ("perm", n.DType.IsComplex ? [.. n.Ints("axes"), n.Rank()] : n.Ints("axes")))));
        table.Add("cat", n => n.Set(n.Op("Concat", [.. Enumerable.Range(0, n.Count).Select(i => n.In(i, n.DType))], ("axis", n.Int("axis")))));
        table.Add("split", Split);
        table.Add("slice", Slice);
        table.Add("slice_scatter", SliceScatter);
        table.Add("pad", Pad);
        table.Add("roll", Roll);
        table.Add("triangle", n => n.Set(n.Op("Trilu", [n.In(0), n.Model.Constant(Diagonal(n))], ("upper", n.Flag("upper")))));
        table.Add("diagonal", n =>
        {
            // The two axes in front, then pairs of places.
            int first = n.Int("axis1"), second = n.Int("axis2"), rank = n.Rank();
            int[] order = [first, second, .. Enumerable.Range(0, rank).Where(a => a != first && a != second)];
            string picked = n.Op("GatherND", n.Permute(n.In(0), order), Places(n, Static(n.ResultShape()[^1]), n.Int("offset")));
            n.Set(n.Permute(picked, [.. Enumerable.Range(1, rank - 2), 0]));
        });
        table.Add("diagonal_scatter", n =>
        {
            int first = n.Int("axis1"), second = n.Int("axis2"), rank = n.Result().Shape.Rank;
            int[] order = [first, second, .. Enumerable.Range(0, rank).Where(a => a != first && a != second)];
            var shape = n.ResultShape();
            string zeros = n.Op("Expand", n.Number(0), n.Model.Sizes([.. order.Select(a => shape[a])]));
            string values = n.Permute(n.In(0), [rank - 2, .. Enumerable.Range(0, rank - 2)]);
            string y = n.Op("ScatterND", zeros, Places(n, Static(n.Shape()[^1]), n.Int("offset")), values);
            n.Set(n.Permute(y, [.. Enumerable.Range(0, rank).Select(a => Array.IndexOf(order, a))]));
        });
    }

    private static Tensor Diagonal(NodeExport n)
    {
        var k = n.Sizes("diagonal")[0];
        return Tensor.Full([], Static(k), DType.Int64);
    }

    /// <exception cref="ExportException">The size follows from a dynamic axis.</exception>
    public static int Static(BatchSize size) => size.Scale == 0 ? size.Offset : throw new ExportException("it needs a size that follows from a dynamic axis; fix that axis (OnnxExportOptions.DynamicAxes)");

    // Int64 [count, 2].
    private static string Places(NodeExport n, int count, int offset) =>
        n.Model.Constant(Tensor.From([.. Enumerable.Range(0, count).SelectMany(i => new[] { i + (long)Math.Max(-offset, 0), i + (long)Math.Max(offset, 0) })], [count, 2]));

    private static void Reshape(NodeExport n)
    {
        BatchSize[] from = n.Shape(), to = n.ResultShape();
        int open = to.Count(s => s.Scale != 0);
        var sizes = new long[to.Length];
        // A size of 0 would mean that of the input.
        bool simple = to.All(s => s.Scale != 0 || s.Offset > 0);
        for (int i = 0; i < to.Length && simple; i++)
        {
            sizes[i] = to[i].Offset;
            if (to[i].Scale == 0)
                continue;
            if (open == 1)
                sizes[i] = -1;
            else if (i < from.Length && from[i] == to[i])
                sizes[i] = 0;
            else
                sizes[i] = -1;
        }
        simple &= sizes.Count(s => s == -1) <= 1;
        if (!simple && open == 0)
            n.Set(n.Op("Reshape", [n.In(0), n.Longs([.. to.Select(s => (long)s.Offset)])], ("allowzero", 1)));
        else
            n.Set(n.Op("Reshape", n.In(0), simple ? n.Longs(sizes) : n.Model.Sizes(to)));
    }

    // Where the input has the size already, 1 stands for it.
    private static string Target(NodeExport n)
    {
        BatchSize[] from = n.Shape(), to = n.ResultShape();
        int lead = to.Length - from.Length;
        return n.Model.Sizes([.. to.Select((s, i) => i >= lead && from[i - lead] == s ? new BatchSize(0, 1) : s)]);
    }

    private static void Split(NodeExport n)
    {
        var sizes = n.Sizes("sizes");
        if (sizes.Length == 1)
        {
            n.Set(n.In(0));
            return;
        }
        string[] parts = n.Ops("Split", sizes.Length, [n.In(0), n.Model.Sizes(sizes)], ("axis", n.Int("axis")));
        for (int i = 0; i < parts.Length; i++)
            n.Set(parts[i], i);
    }

    private static void Slice(NodeExport n)
    {
        BatchSize[] starts = n.Sizes("starts"), counts = n.Sizes("counts"), shape = n.Shape();
        int[] steps = n.Ints("steps");
        var axes = new List<long>();
        var (from, to, by) = (new List<string>(), new List<string>(), new List<long>());
        for (int i = 0; i < starts.Length; i++)
        {
            if (counts[i] == shape[i] && steps[i] == 1)
                continue;
            axes.Add(i);
            by.Add(steps[i]);
            bool fromEnd = steps[i] < 0 && starts[i] == Plus(shape[i], -1);
            from.Add(fromEnd ? n.Longs(-1) : n.Model.Size(starts[i]));
            to.Add(End(n, starts[i], counts[i], steps[i], shape[i]));
        }
        n.Set(axes.Count == 0 ? n.In(0) : n.Op("Slice", n.In(0), Joined(n, from), Joined(n, to), n.Longs([.. axes]), n.Longs([.. by])));
    }

    private static BatchSize Plus(BatchSize size, int more) => size with { Offset = size.Offset + more };

    private static string End(NodeExport n, BatchSize start, BatchSize count, int step, BatchSize size)
    {
        if (start.Scale == 0 && count.Scale == 0)
        {
            long end = start.Offset + (long)count.Offset * step;
            return n.Longs(end < 0 ? -Past : end);
        }
        // To the end, either way.
        if (step == 1 && Sum(start, count) is { } sum)
            return sum == size ? n.Longs(Past) : n.Model.Size(sum);
        if (step == -1 && count == Plus(start, 1))
            return n.Longs(-Past);
        string way = n.Op("Mul", n.Model.Size(count), n.Longs(step)), last = n.Op("Add", n.Model.Size(start), way);
        return step > 0 ? last : n.Op("Where", n.Op("Less", last, n.Longs(0)), n.Longs(-Past), last);
    }

    private static BatchSize? Sum(BatchSize a, BatchSize b)
    {
        if (a.Scale == 0 || b.Scale == 0)
            return a.Scale == 0 ? Plus(b, a.Offset) : Plus(a, b.Offset);
        return a.Powers == b.Powers && a.Scale + b.Scale != 0 ? a with { Scale = a.Scale + b.Scale, Offset = a.Offset + b.Offset } : null;
    }

    /// <summary>Numbers in one axis from int64 [1] each.</summary>
    private static string Joined(NodeExport n, List<string> parts) => parts.Count == 1 ? parts[0] : n.Op("Concat", [.. parts], ("axis", 0));

    // Zeros around it where steps are 1.
    private static void SliceScatter(NodeExport n)
    {
        BatchSize[] starts = n.Sizes("starts"), counts = n.Sizes("counts"), shape = n.ResultShape();
        if (Array.Exists(n.Ints("steps"), s => s != 1))
            throw new ExportException("ONNX has no operator for the gradient of a slice with steps");
        var before = new List<string>(Array.ConvertAll(starts, n.Model.Size));
        var after = new List<string>();
        for (int i = 0; i < shape.Length; i++)
            after.Add(n.Op("Sub", n.Op("Sub", n.Model.Size(shape[i]), n.Model.Size(counts[i])), n.Model.Size(starts[i])));
        n.Set(n.Op("Pad", n.In(0), Joined(n, [.. before, .. after])));
    }

    private static void Pad(NodeExport n)
    {
        string mode = n.Text("mode") switch { "Constant" => "constant", "Reflect" => "reflect", "Replicate" => "edge", _ => "wrap" };
        BatchSize[] before = n.Sizes("before"), after = n.Sizes("after");
        string x = n.In(0);
        if (n.DType == DType.Bool)
            x = n.Cast(x, DType.Bool, DType.Int32);
        string value = mode == "constant" ? n.Model.Number(n.Float("value"), n.DType == DType.Bool ? DType.Int32 : n.DType) : "";
        string y = n.Op("Pad", [x, n.Model.Sizes([.. before, .. after]), value], ("mode", mode));
        n.Set(n.DType == DType.Bool ? n.Cast(y, DType.Int32, DType.Bool) : y);
    }

    private static void Roll(NodeExport n)
    {
        int[] shifts = n.Ints("shifts");
        var shape = n.Shape();
        string y = n.In(0);
        for (int axis = 0; axis < shifts.Length; axis++)
        {
            if (shifts[axis] == 0)
                continue;
            // Where the size is open the shift is taken modulo it when the graph runs.
            string cut = shape[axis].Scale == 0
                ? n.Longs(shape[axis].Offset == 0 ? 0 : (((-(long)shifts[axis]) % shape[axis].Offset) + shape[axis].Offset) % shape[axis].Offset)
                : n.Op("Mod", n.Longs(-shifts[axis]), n.Model.Size(shape[axis]));
            string last = n.Op("Slice", y, cut, n.Longs(Past), n.Longs(axis)), first = n.Op("Slice", y, n.Longs(0), cut, n.Longs(axis));
            y = n.Op("Concat", [last, first], ("axis", axis));
        }
        n.Set(y);
    }
}
