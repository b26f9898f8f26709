namespace Hebb.Onnx.Export;

/// <summary>Losses, for models that give them.</summary>
internal static class LossExports
{
    public static void Add(ExportTable table)
    {
        table.Add("cross_entropy", n =>
        {
            string[] inputs = [n.In(0), n.In(1, DType.Int64), n.In(2)];
            n.Set(n.Op("SoftmaxCrossEntropyLoss", inputs, ("reduction", "none"), ("ignore_index", n.Long("ignore"))));
        }, c => c.UsesFrom(1) || (double)c.Attributes.Entries.First(e => e.Name == "smoothing").Value != 0);
        table.Add("pick_class", n =>
        {
            // What is to be ignored may be no class: another is picked, and left out.
            string target = n.In(1, DType.Int64), ignored = n.Op("Equal", target, n.Model.Number(n.Long("ignore"), DType.Int64));
            string safe = n.Op("Where", ignored, n.Model.Number(0, DType.Int64), target);
            string picked = n.Op("Squeeze", n.Op("GatherElements", [n.In(0), n.Op("Unsqueeze", safe, n.Longs(1))], ("axis", 1)), n.Longs(1));
            n.Set(n.Op("Where", ignored, n.Number(0), picked));
        });
        table.Add("binary_cross_entropy", n =>
        {
            string[] x = n.Operands(n.DType);
            string one = n.Number(1), least = n.Number(-100), yes = n.Op("Max", n.Op("Log", x[0]), least), no = n.Op("Max", n.Op("Log", n.Op("Sub", one, x[0])), least);
            n.Set(n.Op("Sub", n.Op("Mul", n.Op("Sub", x[1], one), no), n.Op("Mul", x[1], yes)));
        });
        table.Add("binary_cross_entropy_with_logits", n =>
        {
            string[] x = n.Operands(n.DType);
            string rest = n.Op("Softplus", n.Op("Neg", n.Op("Abs", x[0])));
            n.Set(n.Op("Add", n.Op("Sub", n.Op("Max", x[0], n.Number(0)), n.Op("Mul", x)), rest));
        });
        table.Add("huber", n =>
        {
            double delta = n.Float("delta");
            string x = n.In(0, n.DType), size = n.Op("Abs", x);
            string far = n.Op("Mul", n.Op("Sub", size, n.Number(0.5 * delta)), n.Number(delta)), near = n.Op("Mul", n.Op("Mul", x, x), n.Number(0.5));
            n.Set(n.Op("Where", n.Op("Greater", size, n.Number(delta)), far, near));
        });
    }
}
