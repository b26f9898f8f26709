using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Sliding windows, as gathers with the places of their elements, and the sums that undo them.</summary>
internal static class WindowExports
{
    public static void Add(ExportTable table)
    {
        table.Add("unfold", n =>
        {
            // [..., windows, size, ...], then the size goes last.
            int axis = n.Int("axis"), rank = n.Rank();
            string y = n.Op("Gather", [n.In(0), Places(n, n.Shape()[axis], n.Int("size"), n.Int("step"), n.Int("dilation"))], ("axis", axis));
            n.Set(n.Permute(y, [.. Enumerable.Range(0, axis + 1), .. Enumerable.Range(axis + 2, rank - axis - 1), axis + 1]));
        });
        table.Add("frame", n =>
        {
            int axis = n.Rank() - 1;
            n.Set(n.Op("Gather", [n.In(0), Places(n, n.Shape()[axis], n.Int("size"), n.Int("hop"), 1)], ("axis", axis)));
        });
        table.Add("fold", n => Sum(n, n.Int("axis"), n.Int("step"), n.Int("dilation")));
        table.Add("overlap_add", n => Sum(n, n.Rank() - 2, n.Int("hop"), 1));
    }

    // Int64 [windows, size].
    private static string Places(NodeExport n, BatchSize length, int size, int step, int dilation)
    {
        int span = dilation * (size - 1) + 1;
        if (length.Scale == 0)
            return n.Model.Constant(Table((length.Offset - span) / step + 1, size, step, dilation));
        string ends = n.Op("Squeeze", n.Op("Sub", n.Model.Size(length), n.Longs(span - 1)), n.Longs(0));
        string starts = n.Op("Range", n.Model.Number(0, DType.Int64), ends, n.Model.Number(step, DType.Int64));
        return n.Op("Add", n.Op("Unsqueeze", starts, n.Longs(1)), n.Longs([.. Enumerable.Range(0, size).Select(i => (long)i * dilation)]));
    }

    private static Tensor Table(int windows, int size, int step, int dilation) =>
        Tensor.From([.. Enumerable.Range(0, windows).SelectMany(w => Enumerable.Range(0, size).Select(i => (long)w * step + (long)i * dilation))], [windows, size]);

    // Windows [..., windows at the axis, ..., size] summed to where their elements come from.
    private static void Sum(NodeExport n, int axis, int step, int dilation)
    {
        int rank = n.Rank();
        var shape = n.ResultShape();
        int windows = ShapeExports.Static(n.Shape()[axis]), size = ShapeExports.Static(n.Shape()[^1]);
        int[] others = [.. Enumerable.Range(0, rank - 1).Where(a => a != axis)];
        string values = n.Permute(n.In(0), [axis, rank - 1, .. others]);
        string zeros = n.Op("Expand", n.Number(0), n.Model.Sizes([shape[axis], .. others.Select(a => shape[a])]));
        string y = n.Op("ScatterND", [zeros, n.Model.Constant(Table(windows, size, step, dilation).Reshape(windows, size, 1)), values], ("reduction", "add"));
        n.Set(n.Permute(y, [.. Enumerable.Range(0, rank - 1).Select(a => a == axis ? 0 : 1 + Array.IndexOf(others, a))]));
    }
}
