using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Images resampled, and read at the points of a grid.</summary>
internal static class ImageExports
{
    public static void Add(ExportTable table)
    {
        table.Add("resample", Resample);
        table.Add("grid_sample", n =>
        {
            string mode = n.Text("mode") switch { "Linear" => "linear", "Cubic" => "cubic", _ => "nearest" };
            string padding = n.Text("padding") switch { "Zeros" => "zeros", "Border" => "border", _ => "reflection" };
            n.Set(n.Op("GridSample", [n.In(0), n.In(1)], ("mode", mode), ("padding_mode", padding), ("align_corners", n.Flag("align_corners"))));
        });
    }

    // Several axes of one image, one after another in the engine, are one operator.
    private static void Resample(NodeExport n)
    {
        bool cubic = n.Flag("cubic"), corners = n.Flag("align_corners");
        var chain = new List<GraphNode> { n.Node };
        var seen = new HashSet<int> { n.Int("axis") };
        while (NodeExport.From(chain[^1].Inputs[0], "resample") is { } before && n.Graph.Readers(before.Outputs[0]) == 1 && Same(before, cubic, corners, Scale(n.Node) > 0)
            && seen.Add((int)Attribute(before, "axis")))
        {
            chain.Add(before);
        }
        var source = chain[^1].Inputs[0];
        var to = n.ResultShape();
        // Runtimes know lines of pixels as images of one column.
        bool line = to.Length == 3;
        string x = n.Graph.Name(source);
        if (line)
            x = n.Op("Unsqueeze", x, n.Longs(3));
        string scales = "", sizes = "";
        if (Scale(n.Node) > 0)
        {
            float[] factors = new float[to.Length + (line ? 1 : 0)];
            Array.Fill(factors, 1);
            foreach (var node in chain)
                factors[(int)Attribute(node, "axis")] = (float)Scale(node);
            scales = n.Model.Constant(Tensor.From(factors));
        }
        else
        {
            sizes = n.Model.Sizes(line ? [.. to, new BatchSize(0, 1)] : to);
        }
        string y = n.Op("Resize", [x, "", scales, sizes], ("mode", cubic ? "cubic" : "linear"), ("coordinate_transformation_mode", corners ? "align_corners" : "half_pixel"), ("cubic_coeff_a", -0.75));
        n.Set(line ? n.Op("Squeeze", y, n.Longs(3)) : y);
    }

    private static object Attribute(GraphNode node, string name) => AttributeRecord.Of(node.Primitive).Entries.First(e => e.Name == name).Value;

    private static double Scale(GraphNode node) => (double)Attribute(node, "scale");

    private static bool Same(GraphNode node, bool cubic, bool corners, bool scaled) => (bool)Attribute(node, "cubic") == cubic && (bool)Attribute(node, "align_corners") == corners && Scale(node) > 0 == scaled;
}
