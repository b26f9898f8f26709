namespace Hebb.OpTests;

/// <summary>softmax and log_softmax.</summary>
internal static class SoftmaxRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        foreach (bool log in new[] { false, true })
        {
            Tensor Run(Tensor x, int axis) => log ? x.LogSoftmax(axis) : x.Softmax(axis);
            OpCase Row(string name, In input, int axis) => new($"{(log ? "log_" : "")}softmax_{name}", [input], x => Run(x[0], axis))
            {
                Reference = x => [Naive.Along(x[0], axis < 0 ? axis + x[0].Rank : axis, v => Line(v, log))],
                Tolerance = 1e-12,
            };
            yield return Row("last", In.Real(4, 5), -1);
            yield return Row("long", In.Real(2, 37), 1);
            yield return Row("first", In.Real(5, 4), 0);
            yield return Row("middle", In.Real(2, 3, 19), 1);
            yield return Row("one", In.Real(3, 1), 1);
            yield return Row("empty", In.Real(0, 3), 1);
            yield return Row("of_nothing", In.Real(3, 0), 1);
            yield return Row("large", In.Between(-800, 800, 3, 6), 1);
            yield return new($"{(log ? "log_" : "")}softmax_scalar", [In.Real()], x => Run(x[0], 0)) { Reference = _ => [Tensor.Scalar(log ? 0 : 1, DType.Float64)] };
        }
    }

    private static double[] Line(double[] v, bool log)
    {
        if (v.Length == 0)
            return v;
        double most = v.Max(), sum = v.Sum(e => Math.Exp(e - most));
        return v.Select(e => log ? e - most - Math.Log(sum) : Math.Exp(e - most) / sum).ToArray();
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("softmax_axis", () => Tensor.Zeros([2, 3]).Softmax(2), "Softmax: [2, 3] has no axis 2: it has 2");
        yield return ErrorCase.DType("softmax_complex", () => Tensor.Zeros([2], DType.Complex64).Softmax(0), "Softmax: complex64 is not supported");
        yield return ErrorCase.DType("log_softmax_complex", () => Tensor.Zeros([2], DType.Complex64).LogSoftmax(0), "LogSoftmax: complex64 is not supported");
        yield return ErrorCase.Shape("softmax_grad_shapes", () => Transforms.Engine.Apply(new SoftmaxGradOp(0, false), Tensor.Zeros([2]), Tensor.Zeros([3])), "SoftmaxGrad: gradient [2] and value [3] differ");
    }
}
