namespace Hebb.Onnx.Export;

/// <summary>Random numbers. A runtime draws its own: distributions are kept, keys are not.</summary>
internal static class RandomExports
{
    public static void Add(ExportTable table)
    {
        table.Add("random_uniform", n => n.Set(Uniform(n, n.Float("low"), n.Float("high"))));
        table.Add("random_normal", n => n.Set(n.Op("RandomNormalLike", [Like(n)], ("mean", n.Float("mean")), ("scale", n.Float("std")), ("dtype", ElementType.NumberOf(n.DType)))));
        table.Add("random_integers", n =>
        {
            string low = n.Model.Number(n.Long("low"), DType.Float64), width = n.Model.Number((double)n.Long("high") - n.Long("low"), DType.Float64);
            string unit = n.Op("RandomUniformLike", [Like(n)], ("dtype", ElementType.NumberOf(DType.Float64)));
            n.Set(n.Cast(n.Op("Add", n.Op("Floor", n.Op("Mul", unit, width)), low), DType.Float64, n.DType));
        });
        table.Add("dropout", n =>
        {
            double p = n.Float("p");
            string x = n.In(0), kept = n.Op("GreaterOrEqual", n.Op("RandomUniformLike", [x], ("dtype", ElementType.NumberOf(DType.Float32))), n.Model.Number(p, DType.Float32));
            n.Set(n.Op("Where", kept, n.Op("Mul", x, n.Number(p < 1 ? 1 / (1 - p) : 0)), n.Number(0)));
        });
        table.Add("random_multinomial", n =>
        {
            if (!n.Flag("replacement"))
                throw new ExportException("ONNX's Multinomial draws with replacement only");
            string y = n.Op("Log", n.Rank(1) == 1 ? n.Op("Unsqueeze", n.In(1, DType.Float32), n.Longs(0)) : n.In(1, DType.Float32));
            y = n.Op("Multinomial", [y], ("sample_size", n.Int("count")), ("dtype", ElementType.NumberOf(n.DType)));
            n.Set(n.Rank(1) == 1 ? n.Op("Squeeze", y, n.Longs(0)) : y);
        });
    }

    private static string Uniform(NodeExport n, double low, double high) => n.Op("RandomUniformLike", [Like(n)], ("low", low), ("high", high), ("dtype", ElementType.NumberOf(n.DType)));

    // A tensor of the result's shape, whose values do not matter.
    private static string Like(NodeExport n) => n.Op("Expand", n.Model.Number(0, DType.Float32), n.Model.Sizes(n.ResultShape()));
}
