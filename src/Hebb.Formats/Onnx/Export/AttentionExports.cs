using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Attention: one operator from opset 23 on where it says all, else products with a softmax between them.</summary>
internal static class AttentionExports
{
    private const int LargestMask = 1 << 18;

    public static void Add(ExportTable table) => table.Add("attention", Attention, c => c.UsesFrom(1) || Get<double>(c, "drop") > 0 || Get<long>(c, "block") > 0);

    private static T Get<T>(ExportCase c, string name) => (T)c.Attributes.Entries.First(e => e.Name == name).Value;

    private static void Attention(NodeExport n)
    {
        bool causal = n.Flag("causal"), masked = n.Flag("masked");
        long window = n.Long("window");
        var past = n.Sizes("past")[0];
        // Its rows that see nothing are no zeros, hence only without masks.
        if (n.Opset >= 23 && window == 0 && !masked && (!causal || past == new BatchSize(0, 0)))
        {
            n.Set(n.Op("Attention", [n.In(0), n.In(1), n.In(2)], ("is_causal", causal), ("scale", n.Float("scale"))));
            return;
        }
        int heads = n.Spec(0).Shape[1], groups = n.Spec(1).Shape[1];
        string keys = Repeated(n, n.In(1), heads, groups, n.Spec(1).Shape[3]), values = Repeated(n, n.In(2), heads, groups, n.Spec(2).Shape[3]);
        string query = n.Op("Mul", n.In(0), n.Number(n.Float("scale")));
        string scores = n.Op("MatMul", query, n.Op("Transpose", [keys], ("perm", new[] { 0, 1, 3, 2 })));
        string none = n.Number(double.NegativeInfinity);
        if (masked)
            scores = n.Spec(3).DType == DType.Bool ? n.Op("Where", n.In(3), scores, none) : n.Op("Add", scores, n.In(3, n.DType));
        if (causal || window > 0)
            scores = n.Op("Where", Reach(n, causal, window, past), scores, none);
        string weights = n.Op("Softmax", [scores], ("axis", -1));
        // A query that sees no key gets 0.
        if (masked || window > 0)
            weights = n.Op("Where", n.Op("IsNaN", weights), n.Number(0), weights);
        n.Set(n.Op("MatMul", weights, values));
    }

    // A head of keys for each of the queries'.
    private static string Repeated(NodeExport n, string x, int heads, int groups, int width)
    {
        if (heads == groups)
            return x;
        string wide = n.Op("Expand", n.Op("Unsqueeze", x, n.Longs(2)), n.Longs(1, 1, heads / groups, 1, 1));
        return n.Op("Reshape", wide, n.Longs(0, heads, -1, width));
    }

    // Which keys the place of a query lets it see, bool [L, S].
    private static string Reach(NodeExport n, bool causal, long window, BatchSize past)
    {
        BatchSize rows = n.Shape()[2], columns = n.Shape(1)[2];
        if (rows.Scale == 0 && columns.Scale == 0 && past.Scale == 0 && (long)rows.Offset * columns.Offset <= LargestMask)
        {
            var seen = new bool[rows.Offset * columns.Offset];
            for (int i = 0; i < rows.Offset; i++)
            {
                for (int j = 0; j < columns.Offset; j++)
                {
                    long way = i + (long)past.Offset - j;
                    seen[i * columns.Offset + j] = (!causal || way >= 0) && (window == 0 || (way < window && way > -window));
                }
            }
            return n.Model.Constant(Tensor.From(seen, [rows.Offset, columns.Offset]));
        }
        string queries = n.Op("Unsqueeze", n.Op("Add", Count(n, 0), n.Model.Size(past)), n.Longs(1)), distance = n.Op("Sub", queries, Count(n, 1));
        string zero = n.Model.Number(0, DType.Int64);
        string? reach = causal ? n.Op("GreaterOrEqual", distance, zero) : null;
        if (window > 0)
        {
            string near = n.Op("Less", causal ? distance : n.Op("Abs", distance), n.Model.Number(window, DType.Int64));
            reach = reach is null ? near : n.Op("And", reach, near);
        }
        return reach!;
    }

    // The places of queries or keys, counted from 0 when the graph runs.
    private static string Count(NodeExport n, int input)
    {
        string size = n.Op("Squeeze", n.Op("Shape", [n.In(input)], ("start", 2), ("end", 3)), n.Longs(0));
        return n.Op("Range", n.Model.Number(0, DType.Int64), size, n.Model.Number(1, DType.Int64));
    }
}
