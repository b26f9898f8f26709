namespace Hebb.Onnx;

/// <summary>Products of matrices.</summary>
internal static class MatrixOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("MatMul", 1, c => c[0].MatMul(c[1]));
        table.Add("Gemm", 1, Gemm);
        table.Add("Einsum", 12, c => Tensor.Einsum(c.Text("equation"), c.Tensors()));
        table.Add("Det", 11, c => c[0].Det());
    }

    private static Tensor Gemm(NodeCall c)
    {
        var (a, b) = (c[0], c[1]);
        double alpha = c.Float("alpha", 1), beta = c.Float("beta", 1);
        if (c.Flag("transA"))
            a = a.Transpose(0, 1);
        bool transposed = c.Flag("transB");
        // The usual form of a linear layer, where the engine keeps its weights prepared.
        if (alpha == 1 && transposed && a.DType.IsFloat && c.Tensor(2) is { Rank: 1 } bias && beta == 1 && bias.Count == b.Shape[0])
            return a.Linear(b, bias);
        var y = a.MatMul(transposed ? b.Transpose(0, 1) : b);
        if (alpha != 1)
            y = Scaled(y, alpha);
        return c.Tensor(2) is { } added && beta != 0 ? y + (beta == 1 ? added : Scaled(added, beta)) : y;
    }

    private static Tensor Scaled(Tensor x, double by) => x.DType.IsFloat ? x * by : x * Tensor.Scalar(by, x.DType);
}
