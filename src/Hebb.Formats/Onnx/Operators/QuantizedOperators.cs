namespace Hebb.Onnx;

/// <summary>Products and convolutions of quantized tensors.</summary>
internal static class QuantizedOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("MatMulInteger", 10, MatMulInteger);
        table.Add("QLinearMatMul", 10, QLinearMatMul);
        table.Add("QLinearConv", 10, QLinearConv);
    }

    private static Tensor MatMulInteger(NodeCall c)
    {
        var (a, b) = (c[0], c[1]);
        if (a.Rank >= 2 && b.Rank >= 2 && IsSimple(c.Tensor(2)) && IsSimple(c.Tensor(3)))
            return a.MatMulInteger(b, c.Tensor(2)?.Reshape(-1), c.Tensor(3)?.Reshape(-1));
        return Less(a, c.Tensor(2), rows: true).MatMul(Less(b, c.Tensor(3), rows: false)).To(DType.Int32);

        static bool IsSimple(Tensor? zero) => zero is null || zero.Rank <= 1;
    }

    // One zero point for all, or one for each row of the left matrix, each column of the right.
    private static Tensor Less(Tensor x, Tensor? zero, bool rows)
    {
        var wide = SmallTypes.Widen(x).To(DType.Float64);
        return zero is null ? wide : wide - Line(SmallTypes.Widen(zero).To(DType.Float64), x, rows);
    }

    private static Tensor Line(Tensor each, Tensor x, bool rows) => each.Count == 1 ? each.Reshape(Shape.Create([]))
        : each.Rank == 1 && rows && x.Rank >= 2 ? each.Unsqueeze(1) : each;

    private static Tensor QLinearMatMul(NodeCall c)
    {
        var (a, b) = (c[0], c[3]);
        var product = Less(a, c[2], rows: true).MatMul(Less(b, c[5], rows: false));
        var scale = Line(SmallTypes.Widen(c[1]).To(DType.Float64), a, rows: true) * Line(SmallTypes.Widen(c[4]).To(DType.Float64), b, rows: false);
        return QuantizeOperators.Quantize(product * scale, Line(SmallTypes.Widen(c[6]).To(DType.Float64), a, rows: true), Line(SmallTypes.Widen(c[7]), a, rows: true), c[7].DType);
    }

    private static Tensor QLinearConv(NodeCall c)
    {
        var sums = ConvOperators.Whole(c, c[0], c[2], c[3], c[5]);
        if (c.Tensor(8) is { } bias)
            sums += Broadcasting.Channels(bias.To(DType.Float64), sums.Rank);
        var weights = c[4].To(DType.Float64);
        var scale = c[1].To(DType.Float64).Reshape(Shape.Create([])) * (weights.Count == 1 ? weights.Reshape(Shape.Create([])) : Broadcasting.Channels(weights.Reshape(-1), sums.Rank));
        return QuantizeOperators.Quantize(sums * scale, c[6].To(DType.Float64).Reshape(Shape.Create([])), c[7].Reshape(Shape.Create([])), c[7].DType);
    }
}
