namespace Hebb.Onnx.Export;

/// <summary>Elements by index: gathers, scatters, embeddings, orders.</summary>
internal static class IndexExports
{
    public static void Add(ExportTable table)
    {
        table.Add("embedding", n => n.Set(n.Op("Gather", [n.In(0), Index(n, 1)], ("axis", 0))));
        table.Add("index", Pick);
        table.Add("gather", n => n.Set(n.Op("GatherElements", [n.In(0), Index(n, 1)], ("axis", n.Int("axis")))));
        table.Add("scatter", n =>
        {
            string index = Index(n, 2);
            n.Set(n.Op("ScatterElements", [n.In(0), index, Beyond(n, index)], ("axis", n.Int("axis"))));
        });
        table.Add("scatter_reduce", ScatterReduce);
        table.Add("gather_scatter", n =>
        {
            string zeros = n.Op("Expand", n.Number(0), n.Model.Sizes(n.ResultShape()));
            n.Set(n.Op("ScatterElements", [zeros, Index(n, 1), n.In(0)], ("axis", n.Int("axis")), ("reduction", "add")));
        });
        table.Add("index_put", n =>
        {
            int count = n.Count - 2;
            n.Set(Put(n, n.In(0), n.In(1), [.. Enumerable.Range(2, count).Select(i => Index(n, i))], n.Int("axis"), n.Rank(2), "none"));
        });
        table.Add("index_scatter", n =>
        {
            if (n.Long("skip") >= 0)
                throw new ExportException("ONNX's scatter leaves out no index");
            string zeros = n.Op("Expand", n.Number(0), n.Model.Sizes(n.ResultShape()));
            n.Set(Put(n, zeros, n.In(0), [.. Enumerable.Range(1, n.Count - 1).Select(i => Index(n, i))], n.Int("axis"), n.Rank(1), "add"));
        });
        table.Add("sort", n =>
        {
            int axis = n.Int("axis"), count = n.Int("count");
            string k = count < 0 ? n.Model.Size(n.Shape()[axis]) : n.Longs(count);
            // Truth values have no order there.
            var dtype = n.DType == DType.Bool ? DType.Int32 : n.DType;
            string[] y = n.Ops("TopK", 2, [n.In(0, dtype), k], ("axis", axis), ("largest", n.Flag("descending")), ("sorted", 1));
            n.Set(n.Cast(y[0], dtype, n.DType));
            n.Set(y[1], 1);
        });
        table.Add("one_hot", n =>
        {
            string values = n.Model.Constant(Tensor.From([0f, 1f]).To(n.DType));
            n.Set(n.Op("OneHot", [Index(n, 0), n.Model.Number(n.Int("classes"), DType.Int64), values], ("axis", -1)));
        });
        table.Add("search_sorted", n =>
        {
            // How many elements are before the value.
            string values = n.Op("Unsqueeze", n.In(1), n.Longs(-1)), rows = n.Rank() == 1 ? n.In(0) : n.Op("Unsqueeze", n.In(0), n.Longs(-2));
            string before = n.Op(n.Flag("right") ? "LessOrEqual" : "Less", rows, values);
            n.Set(n.Op("ReduceSum", [n.Cast(before, DType.Bool, DType.Int64), n.Longs(-1)], ("keepdims", 0)));
        });
    }

    /// <summary>An input of integers in a type that indices may have.</summary>
    public static string Index(NodeExport n, int input) => n.Spec(input).DType == DType.Int32 ? n.In(input) : n.In(input, DType.Int64);

    private static void Pick(NodeExport n)
    {
        int axis = n.Int("axis"), count = n.Count - 1, rank = n.Rank(), places = n.Rank(1);
        long skip = n.Long("skip");
        string y;
        if (count == 1)
        {
            y = n.Op("Gather", [n.In(0), Index(n, 1)], ("axis", axis));
        }
        else
        {
            string x = n.Permute(n.In(0), [.. Enumerable.Range(axis, count), .. Enumerable.Range(0, axis), .. Enumerable.Range(axis + count, rank - axis - count)]);
            y = n.Op("GatherND", x, Tuples(n, [.. Enumerable.Range(1, count).Select(i => n.In(i, DType.Int64))]));
            y = n.Permute(y, [.. Enumerable.Range(places, axis), .. Enumerable.Range(0, places), .. Enumerable.Range(places + axis, rank - axis - count)]);
        }
        if (skip >= 0)
        {
            string left = n.Op("Equal", n.In(1, DType.Int64), n.Model.Number(skip, DType.Int64));
            int after = rank - axis - count;
            if (after > 0)
                left = n.Op("Unsqueeze", left, n.Longs([.. Enumerable.Range(places, after).Select(i => (long)i)]));
            y = n.Op("Where", left, n.Number(0), y);
        }
        n.Set(y);
    }

    // Indices of several axes, int64 [..., axes].
    private static string Tuples(NodeExport n, string[] indices)
    {
        string[] columns = Array.ConvertAll(indices, i => n.Op("Unsqueeze", i, n.Longs(-1)));
        return columns.Length == 1 ? columns[0] : n.Op("Concat", columns, ("axis", -1));
    }

    // Values at the places that indices name along axes from one on.
    private static string Put(NodeExport n, string x, string values, string[] indices, int axis, int places, string reduction)
    {
        int rank = n.Result().Shape.Rank, count = indices.Length, rest = rank - axis - count;
        int[] front = [.. Enumerable.Range(axis, count), .. Enumerable.Range(0, axis), .. Enumerable.Range(axis + count, rest)];
        int[] first = [.. Enumerable.Range(axis, places), .. Enumerable.Range(0, axis), .. Enumerable.Range(axis + places, rest)];
        int at = n.Node.Primitive.Name == "index_put" ? 2 : 1;
        string[] wide = [.. indices.Select((name, i) => n.Cast(name, n.Spec(at + i).DType == DType.Int32 ? DType.Int32 : DType.Int64, DType.Int64))];
        string y = n.Op("ScatterND", [n.Permute(x, front), Tuples(n, wide), n.Permute(values, first)], ("reduction", reduction));
        return n.Permute(y, [.. Enumerable.Range(0, rank).Select(a => Array.IndexOf(front, a))]);
    }

    // The source without what is beyond the indices.
    private static string Beyond(NodeExport n, string index)
    {
        string source = n.In(1, n.DType);
        if (n.Spec(1).Shape == n.Spec(2).Shape)
            return source;
        int rank = n.Rank(1);
        return n.Op("Slice", source, n.Longs(new long[rank]), n.Op("Shape", index));
    }

    private static void ScatterReduce(NodeExport n)
    {
        int axis = n.Int("axis");
        string reduction = n.Text("reduction"), index = Index(n, 2), source = Beyond(n, index), x = n.In(0);
        if (reduction == "Mean")
            throw new ExportException("ONNX's scatter takes no means");
        if (!n.Flag("include_self"))
        {
            // What the places hold is replaced by what changes nothing.
            double nothing = reduction switch
            {
                "Sum" => 0,
                "Product" => 1,
                "Max" => n.DType.IsFloat ? double.NegativeInfinity : (double)n.DType.IntegerRange.Min,
                _ => n.DType.IsFloat ? double.PositiveInfinity : (double)n.DType.IntegerRange.Max,
            };
            x = n.Op("ScatterElements", [x, index, n.Op("Expand", n.Number(nothing), n.Op("Shape", index))], ("axis", axis));
        }
        string kind = reduction switch { "Sum" => "add", "Product" => "mul", "Max" => "max", _ => "min" };
        n.Set(n.Op("ScatterElements", [x, index, source], ("axis", axis), ("reduction", kind)));
    }
}
