using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Pooling over windows, and over parts of whole axes.</summary>
internal static class PoolExports
{
    public static void Add(ExportTable table)
    {
        // ONNX has planes of examples and channels; more axes in front are left to simpler ops.
        table.Add("max_pool", MaxPool, c => Planes(c) > 2);
        table.Add("avg_pool", AvgPool, c => Planes(c) > 2 || Overhangs(c));
        table.Add("adaptive_avg_pool", Adaptive, c => Planes(c) > 2 || !(IsGlobal(c) || Divides(c)));
        table.Add("adaptive_max_pool", Adaptive, c => Planes(c) > 2 || Indexed(c) || !(IsGlobal(c) || Divides(c)));
    }

    private static T Get<T>(ExportCase c, string name) => (T)c.Attributes.Entries.First(e => e.Name == name).Value;

    private static int Axes(AttributeRecord attributes) => ((int[])attributes.Entries.First(e => e.Name is "kernel" or "size").Value).Length;

    private static int Planes(ExportCase c) => c.Node.Inputs[0].Spec.Shape.Rank - Axes(c.Attributes);

    private static bool Indexed(ExportCase c) => Get<bool>(c, "indices") && c.UsesFrom(1);

    // A divisor of its own, or padding that counts, where windows overhang: runtimes differ in what they count.
    private static bool Overhangs(ExportCase c) => Get<bool>(c, "ceil_mode") && (Get<int>(c, "divisor") > 0 || Get<bool>(c, "count_padding"));

    private static bool IsGlobal(ExportCase c) => Array.TrueForAll(Get<int[]>(c, "size"), s => s == 1);

    private static bool Divides(ExportCase c)
    {
        var (from, to) = (c.Node.Inputs[0].Spec.Shape, c.Node.Outputs[0].Spec.Shape);
        for (int i = Planes(c); i < from.Rank; i++)
        {
            if (to[i] == 0 || from[i] % to[i] != 0)
                return false;
        }
        return true;
    }

    private static (string, object)[] Window(NodeExport n) =>
    [
        ("kernel_shape", n.Ints("kernel")), ("strides", n.Ints("stride")), ("pads", (int[])[.. n.Ints("pad_begin"), .. n.Ints("pad_end")]), ("dilations", n.Ints("dilation")), ("ceil_mode", n.Flag("ceil_mode")),
    ];

    // One image, without an axis of examples, gets one and loses it again.
    private static string Batched(NodeExport n, int axes, string x) => n.Rank() == axes + 1 ? n.Op("Unsqueeze", x, n.Longs(0)) : x;

    private static string Unbatched(NodeExport n, int axes, string y) => n.Rank() == axes + 1 ? n.Op("Squeeze", y, n.Longs(0)) : y;

    private static void MaxPool(NodeExport n)
    {
        int axes = n.Ints("kernel").Length;
        string x = Batched(n, axes, n.In(0));
        if (n.Node.Outputs.Count == 1)
        {
            n.Set(Unbatched(n, axes, n.Op("MaxPool", [x], Window(n))));
            return;
        }
        string[] y = n.Ops("MaxPool", 2, [x], Window(n));
        n.Set(Unbatched(n, axes, y[0]));
        // ONNX counts through the whole tensor, Hebb through each plane.
        string place = n.Op("Mod", y[1], n.Product(n.Shape()[^axes..], DType.Int64));
        n.Set(Unbatched(n, axes, place), 1);
    }

    private static void AvgPool(NodeExport n)
    {
        int axes = n.Ints("kernel").Length, divisor = n.Int("divisor");
        string y = n.Op("AveragePool", [Batched(n, axes, n.In(0))], [.. Window(n), ("count_include_pad", n.Flag("count_padding") || divisor > 0)]);
        if (divisor > 0)
            y = n.Op("Mul", y, n.Number((double)n.Ints("kernel").Aggregate(1L, (p, k) => p * k) / divisor));
        n.Set(Unbatched(n, axes, y));
    }

    private static void Adaptive(NodeExport n)
    {
        bool max = n.Node.Primitive.Name == "adaptive_max_pool";
        int[] size = n.Ints("size");
        string x = Batched(n, size.Length, n.In(0));
        if (Array.TrueForAll(size, s => s == 1))
        {
            n.Set(Unbatched(n, size.Length, n.Op(max ? "GlobalMaxPool" : "GlobalAveragePool", x)));
            return;
        }
        var (from, to) = (n.Shape()[^size.Length..], n.ResultShape()[^size.Length..]);
        int[] kernel = [.. from.Zip(to, (a, b) => ShapeExports.Static(a) / ShapeExports.Static(b))];
        n.Set(Unbatched(n, size.Length, n.Op(max ? "MaxPool" : "AveragePool", [x], ("kernel_shape", kernel), ("strides", kernel))));
    }
}
