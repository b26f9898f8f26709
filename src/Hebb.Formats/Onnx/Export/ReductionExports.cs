using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Reductions over axes, and the places of extremes.</summary>
internal static class ReductionExports
{
    public static void Add(ExportTable table)
    {
        table.Add("sum", n => n.Set(Reduce(n, "ReduceSum", n.In(0, n.DType))));
        table.Add("prod", n => n.Set(Reduce(n, "ReduceProd", n.In(0, n.DType))));
        table.Add("mean", n => n.Set(Reduce(n, "ReduceMean", n.In(0))));
        table.Add("logsumexp", n => n.Set(Reduce(n, "ReduceLogSumExp", n.In(0))));
        table.Add("amax", n => n.Set(Extreme(n, n.Flag("largest") ? "ReduceMax" : "ReduceMin")));
        // Of whole numbers, as truth values are not reduced by every runtime; of nothing the greatest is below 0, the least above.
        table.Add("any", n => n.Set(n.Op("Greater", Reduce(n, "ReduceMax", n.Cast(n.In(0, DType.Bool), DType.Bool, DType.Int32)), n.Model.Number(0, DType.Int32))));
        table.Add("all", n => n.Set(n.Op("Greater", Reduce(n, "ReduceMin", n.Cast(n.In(0, DType.Bool), DType.Bool, DType.Int32)), n.Model.Number(0, DType.Int32))));
        table.Add("norm", Norm);
        table.Add("var_mean", n =>
        {
            n.Set(Variance(n));
            n.Set(Reduce(n, "ReduceMean", n.In(0)), 1);
        });
        table.Add("std", n => n.Set(n.Op("Sqrt", Variance(n))));
        table.Add("arg_extreme", n => n.Set(Place(n, n.Int("axis"), n.Flag("keep_dim"))));
        table.Add("extreme", n =>
        {
            int axis = n.Int("axis");
            bool keep = n.Flag("keep_dim");
            n.Set(n.Op(n.Flag("largest") ? "ReduceMax" : "ReduceMin", [n.In(0), n.Longs(axis)], ("keepdims", keep)));
            n.Set(Place(n, axis, keep), 1);
        });
    }

    private static string Place(NodeExport n, int axis, bool keep) => n.Op(n.Flag("largest") ? "ArgMax" : "ArgMin", [Ordered(n)], ("axis", axis), ("keepdims", keep));

    private static string Ordered(NodeExport n) => n.Spec(0).DType == DType.Bool ? n.In(0, DType.Int32) : n.In(0);

    private static string Extreme(NodeExport n, string op) => n.DType == DType.Bool ? n.Cast(Reduce(n, op, n.In(0, DType.Int32)), DType.Int32, DType.Bool) : Reduce(n, op, n.In(0));

    /// <summary>A reduction over the axes of the primitive.</summary>
    public static string Reduce(NodeExport n, string op, string x) => Reduce(n, op, x, n.Flag("keep_dim"));

    private static string Reduce(NodeExport n, string op, string x, bool keep)
    {
        int[] axes = n.Ints("axes");
        return n.Op(op, [x, n.Longs([.. axes])], ("keepdims", keep), ("noop_with_empty_axes", 1));
    }

    private static IEnumerable<BatchSize> Counted(NodeExport n)
    {
        var shape = n.Shape();
        return n.Ints("axes").Select(a => shape[a]);
    }

    private static string Variance(NodeExport n)
    {
        string x = n.In(0), distance = n.Op("Sub", x, Reduce(n, "ReduceMean", x, keep: true));
        string sum = Reduce(n, "ReduceSum", n.Op("Mul", distance, distance));
        return n.Op("Div", sum, n.Op("Max", n.Product(Counted(n), n.DType, n.Float("correction")), n.Number(0)));
    }

    private static void Norm(NodeExport n)
    {
        double p = n.Float("p");
        string x = n.In(0);
        n.Set(p switch
        {
            1 => Reduce(n, "ReduceL1", x),
            2 => Reduce(n, "ReduceL2", x),
            0 => Reduce(n, "ReduceSum", n.Cast(n.Cast(x, n.DType, DType.Bool), DType.Bool, n.DType)),
            double.PositiveInfinity => Reduce(n, "ReduceMax", n.Op("Abs", x)),
            double.NegativeInfinity => Reduce(n, "ReduceMin", n.Op("Abs", x)),
            _ => n.Op("Pow", Reduce(n, "ReduceSum", n.Op("Pow", n.Op("Abs", x), n.Number(p))), n.Number(1 / p)),
        });
    }
}
