namespace Hebb.Onnx.Export;

/// <summary>Products of matrices.</summary>
internal static class MatrixExports
{
    public static void Add(ExportTable table)
    {
        table.Add("matmul", n => n.Set(n.Op("MatMul", n.In(0), n.In(1))));
        table.Add("linear", Linear);
        // Zero points by row or column are known to few runtimes.
        table.Add("matmul_integer", n =>
        {
            bool left = n.Flag("left_zero"), right = n.Flag("right_zero");
            n.Set(n.Op("MatMulInteger", n.In(0), n.In(1), left ? n.In(2) : "", right ? n.In(n.Count - 1) : ""));
        }, c => c.Node.Inputs.Skip(2).Any(zero => zero.Spec.Shape.Count > 1));
        table.Add("det", n => n.Set(n.Op("Det", n.In(0))));
    }

    private static void Linear(NodeExport n)
    {
        if (n.Rank() == 2 && n.Rank(1) == 2)
        {
            n.Set(n.Op("Gemm", [n.In(0), n.In(1), n.In(2)], ("transB", 1)));
            return;
        }
        string y = n.Op("MatMul", n.In(0), Transposed(n));
        n.Set(n.Count > 2 ? n.Op("Add", y, n.In(2)) : y);
    }

    // Once for all that read a weight; it keeps its own form in the file.
    private static string Transposed(NodeExport n) => n.Graph.IsStatic(n.Node.Inputs[1]) ? n.Model.Transposed(n.In(1)) : n.Op("Transpose", [n.In(1)], ("perm", new[] { 1, 0 }));
}
