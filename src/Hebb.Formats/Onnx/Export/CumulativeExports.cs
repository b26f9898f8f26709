using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>What runs along an axis: sums by their operator, all else as a scan with the step as its body.</summary>
internal static class CumulativeExports
{
    private delegate string[] Step(InnerGraph body, string[] state, string[] slices);

    public static void Add(ExportTable table)
    {
        table.Add("cumsum", n => n.Set(n.Op("CumSum", [n.In(0), n.Model.Number(n.Int("axis"), DType.Int64)], ("reverse", n.Flag("reverse")))));
        table.Add("cumprod", n => n.Set(Scan(n, [n.In(0)], 0, [(1, n.DType)], (b, s, x) => [b.Op("Mul", s[0], x[0])])[0]));
        table.Add("logcumsumexp", n => n.Set(Scan(n, [n.In(0)], 0, [(double.NegativeInfinity, n.DType)], (b, s, x) =>
        {
            string most = b.Op("Max", s[0], x[0]), far = b.Op("Sub", b.Op("Min", s[0], x[0]), most);
            string sum = b.Op("Add", most, b.Op("Log", b.Op("Add", b.Op("Exp", far), n.Number(1))));
            // Two infinities of one sign have no difference.
            return [b.Op("Where", b.Op("IsNaN", far), b.Op("Add", s[0], x[0]), sum)];
        })[0]));
        table.Add("linear_scan", n => n.Set(Scan(n, [n.In(0), n.In(1)], 1, [(0, n.DType)], (b, s, x) => [b.Op("Add", b.Op("Mul", x[0], s[0]), x[1])])[0]));
        table.Add("cum_extreme", n =>
        {
            int axis = n.Int("axis");
            bool largest = n.Flag("largest");
            if (n.Shape()[axis] == new BatchSize(0, 0))
            {
                n.Set(n.In(0));
                n.Set(n.In(0, DType.Int64), 1);
                return;
            }
            string length = n.Op("Squeeze", n.Op("Shape", [n.In(0)], ("start", axis), ("end", axis + 1)), n.Longs(0));
            string places = n.Op("Range", n.Model.Number(0, DType.Int64), length, n.Model.Number(1, DType.Int64));
            string[] y = Scan(n, [n.In(0), places], 0, [(Least(n.DType, largest), n.DType), (0, DType.Int64)], (b, s, x) =>
            {
                // NaN stays once it came; of equal ones the last place counts.
                string better = b.Op(largest ? "GreaterOrEqual" : "LessOrEqual", x[0], s[0]);
                if (n.DType.IsFloat)
                    better = b.Op("Or", better, b.Op("IsNaN", x[0]));
                return [b.Op("Where", better, x[0], s[0]), b.Op("Where", better, x[1], s[1])];
            });
            n.Set(y[0]);
            n.Set(y[1], 1);
        });
    }

    private static double Least(DType dtype, bool largest) => dtype.IsFloat ? largest ? double.NegativeInfinity : double.PositiveInfinity
        : (double)(largest ? dtype.IntegerRange.Min : dtype.IntegerRange.Max);

    /// <summary>A scan along the primitive's axis, whose states are also its results.</summary>
    /// <param name="n">The primitive.</param>
    /// <param name="inputs">What slices are taken of: tensors like input 0, and after them perhaps places in one axis.</param>
    /// <param name="like">Which of them has slices of the states' shape.</param>
    /// <param name="states">The number that each state begins with, and its type.</param>
    /// <param name="step">From states and slices to the next states.</param>
    private static string[] Scan(NodeExport n, string[] inputs, int like, (double Start, DType Type)[] states, Step step)
    {
        int axis = n.Int("axis");
        // Without a first slice there is nothing to run along.
        if (n.Shape()[axis] == new BatchSize(0, 0))
            return [n.In(0)];
        bool places = n.Node.Primitive.Name == "cum_extreme";
        int turned = !places && n.Flag("reverse") ? 1 : 0;
        string shape = n.Op("Shape", n.Op("Gather", [inputs[like], n.Model.Number(0, DType.Int64)], ("axis", axis)));
        string[] start = Array.ConvertAll(states, s => n.Op("Expand", n.Model.Number(s.Start, s.Type), shape));
        var body = new InnerGraph(n.Model, n.Stem);
        (string Name, DType Type)[] carried = [.. states.Select((s, i) => (body.Name($"state{i}"), s.Type))];
        (string Name, DType Type)[] slices = [.. inputs.Select((_, i) => (body.Name($"slice{i}"), places && i > 0 ? DType.Int64 : n.DType))];
        string[] next = step(body, Array.ConvertAll(carried, c => c.Name), Array.ConvertAll(slices, s => s.Name));
        var results = states.Select((s, i) => (next[i], s.Type)).ToArray();
        string[] y = n.Ops("Scan", 2 * states.Length, [.. start, .. inputs],
            ("body", body.Finish([.. carried, .. slices], [.. results, .. results])),
            ("num_scan_inputs", inputs.Length),
            ("scan_input_axes", inputs.Select((_, i) => places && i > 0 ? 0 : axis).ToArray()),
            ("scan_output_axes", Array.ConvertAll(states, _ => axis)),
            ("scan_input_directions", Array.ConvertAll(inputs, _ => turned)),
            ("scan_output_directions", Array.ConvertAll(states, _ => turned)));
        return y[states.Length..];
    }
}
