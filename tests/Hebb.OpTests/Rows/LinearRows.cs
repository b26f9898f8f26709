namespace Hebb.OpTests;

/// <summary>Weighted sums of the last axis.</summary>
internal static class LinearRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Row("linear", [3, 4], 5);
        yield return Row("linear_no_bias", [3, 4], 5, bias: false);
        yield return Row("linear_vector", [4], 3);
        yield return Row("linear_batch", [2, 3, 4], 2);
        yield return Row("linear_one", [1, 1], 1);
        yield return Row("linear_one_row", [1, 5], 7);
        yield return Row("linear_no_rows", [0, 3], 2);
        yield return Row("linear_no_inputs", [2, 0], 3);
        yield return Row("linear_no_outputs", [2, 3], 0);
        yield return new("linear_permuted", [In.Real(4, 2, 3), In.Real(4, 5), In.Real(5)], x => x[0].Permute(2, 1, 0).Linear(x[1].MT, x[2]))
        {
            Reference = x => [Naive(x[0].Permute(2, 1, 0).Contiguous(), x[1].MT.Contiguous(), x[2])],
        };
        yield return new("linear_promotes", [In.Real(2, 3), In.Real(4, 3), In.Ints(-3, 4, 4)], x => x[0].Linear(x[1], x[2])) { Reference = x => [Naive(x[0], x[1], x[2].To(DType.Float64))] };
        yield return new("linear_large", [In.Real(70, 90), In.Real(65, 90), In.Real(65)], x => x[0].Linear(x[1], x[2]))
        {
            Gradient = false,
            Tolerance = 1e-12,
            Float32Tolerance = 1e-4,
            DTypes = [DType.Float32],
            Reference = x => [Naive(x[0], x[1], x[2])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("linear_inner", () => Tensor.Zeros([2, 3]).Linear(Tensor.Zeros([5, 4])), "Linear: input [2, 3]: the last axis is 3, the weight [5, 4] takes 4 inputs");
        yield return ErrorCase.Shape("linear_weight", () => Tensor.Zeros([2, 3]).Linear(Tensor.Zeros([3])), "Linear: a weight [3]; it must be [out, in]");
        yield return ErrorCase.Shape("linear_scalar", () => Tensor.Scalar(1).Linear(Tensor.Zeros([5, 4])), "Linear: [] has no axis of inputs");
        yield return ErrorCase.Shape("linear_bias", () => Tensor.Zeros([2, 4]).Linear(Tensor.Zeros([5, 4]), Tensor.Zeros([4])), "Linear: a bias [4] for a weight [5, 4]; it must be [5]");
        yield return ErrorCase.DType("linear_bool", () => Tensor.Zeros([2, 4], DType.Bool).Linear(Tensor.Zeros([5, 4], DType.Bool)), "MatMul: bool by bool is not supported");
    }

    private static OpCase Row(string name, int[] x, int outputs, bool bias = true) =>
        new(name, bias ? [In.Real(x), In.Real(outputs, x[^1]), In.Real(outputs)] : [In.Real(x), In.Real(outputs, x[^1])], x => x[0].Linear(x[1], x.Length > 2 ? x[2] : null))
        {
            DTypes = [DType.Float32, DType.Float16, DType.BFloat16],
            Reference = x => [Naive(x[0], x[1], x.Length > 2 ? x[2] : null)],
        };

    private static Tensor Naive(Tensor x, Tensor weight, Tensor? bias)
    {
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        double[] a = x.ToArray<double>(), w = weight.ToArray<double>(), b = bias?.ToArray<double>() ?? new double[outputs];
        var shape = x.Shape.With(-1, outputs);
        var y = new double[shape.Count];
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = b[i % outputs];
            for (int k = 0; k < inputs; k++)
                y[i] += a[(i / outputs * inputs) + k] * w[(i % outputs * inputs) + k];
        }
        return Tensor.From(y, shape);
    }
}
