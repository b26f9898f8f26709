namespace Hebb.OpTests;

/// <summary>cumsum, cumprod and the linear recurrence behind its derivative.</summary>
internal static class CumulativeRows
{
    [Rows]
    public static IEnumerable<OpCase> Sums() => Each("cumsum", (x, axis, reverse) => x.CumSum(axis, reverse), (sum, v) => sum + v, 0)
        .Append(new("cumsum_bools", [In.Bools(4, 9)], x => x[0].CumSum(1)) { Gradient = false, Reference = x => [Naive.Along(x[0], 1, v => Running(v, (a, b) => a + b, 0)).To(DType.Int64)] });

    [Rows]
    public static IEnumerable<OpCase> Products() => Each("cumprod", (x, axis, reverse) => x.CumProd(axis, reverse), (product, v) => product * v, 1)
        .Append(new("cumprod_zeros", [In.Real(6)], x => (x[0] * Tensor.From([1.0, 0, 1, 1, 0, 1]).To(x[0].DType)).CumProd(0)) { Reference = x => [Naive.Along(x[0] * Tensor.From([1.0, 0, 1, 1, 0, 1]).To(x[0].DType), 0, v => Running(v, (a, b) => a * b, 1))] })
        .Append(new("cumprod_ints", [In.Ints(-3, 4, 2, 5)], x => x[0].CumProd(0)) { Gradient = false, DTypes = [DType.Int32], Reference = x => [Naive.Along(x[0], 0, v => Running(v, (a, b) => a * b, 1)).To(DType.Int64)] });

    [Rows]
    public static IEnumerable<OpCase> LogSums() => Each("logcumsumexp", (x, axis, reverse) => x.LogCumSumExp(axis, reverse), (sum, v) => Math.Max(sum, v) + Math.Log(1 + Math.Exp(-Math.Abs(sum - v))), double.NegativeInfinity)
        .Append(new("logcumsumexp_large", [In.Between(-900, 900, 3, 8)], x => x[0].LogCumSumExp(1)) { DTypes = [DType.Float32], Reference = x => [Naive.Along(x[0], 1, v => Running(v, (sum, e) => Math.Max(sum, e) + Math.Log(1 + Math.Exp(-Math.Abs(sum - e))), double.NegativeInfinity))] });

    [Rows]
    public static IEnumerable<OpCase> Extremes()
    {
        foreach (bool largest in new[] { true, false })
        {
            OpCase Row(string suffix, In input, int axis) => new($"{(largest ? "cummax" : "cummin")}_{suffix}", [input], x =>
            {
                var (values, indices) = largest ? x[0].CumMax(axis) : x[0].CumMin(axis);
                return [values, indices];
            })
            {
                Gradient = input.DType == DType.Float64,
                Reference = x => [Naive.Along(x[0], axis, v => Running(v, largest ? Math.Max : Math.Min, v[0])).To(input.DType),
                    Naive.Along(x[0], axis, v => v.Select((_, i) => (double)Array.LastIndexOf(v, largest ? v[..(i + 1)].Max() : v[..(i + 1)].Min(), i)).ToArray()).To(DType.Int64)],
            };
            yield return Row("last", In.Real(3, 9), 1);
            yield return Row("first", In.Real(6, 2), 0);
            yield return Row("ints", In.Ints(0, 5, 4, 12), 1);
        }
        yield return new("cummax_scalar", [In.Real()], x => x[0].CumMax(0).Values) { Reference = x => x };
        yield return new("cummax_empty", [In.Real(2, 0)], x => x[0].CumMax(1).Values) { Reference = x => x };
    }

    [Rows]
    public static IEnumerable<OpCase> Recurrences()
    {
        foreach (bool reverse in new[] { false, true })
        {
            yield return new($"linear_scan{(reverse ? "_reverse" : "")}", [In.Real(2, 5, 3), In.Real(2, 5, 3)], x => LinearScanOp.Apply(x[0], x[1], 1, reverse))
            {
                Reference = x =>
                {
                    double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>(), y = new double[30];
                    for (int o = 0; o < 2; o++)
                    {
                        for (int j = 0; j < 3; j++)
                        {
                            double last = 0;
                            for (int i = 0; i < 5; i++)
                            {
                                int at = (o * 5 + (reverse ? 4 - i : i)) * 3 + j;
                                y[at] = last = a[at] * last + b[at];
                            }
                        }
                    }
                    return [Tensor.From(y, [2, 5, 3])];
                },
            };
        }
    }

    private static IEnumerable<OpCase> Each(string name, Func<Tensor, int, bool, Tensor> run, Func<double, double, double> step, double start)
    {
        OpCase Row(string suffix, int[] shape, int axis, bool reverse = false) => new($"{name}_{suffix}", [In.Real(shape)], x => run(x[0], axis, reverse))
        {
            Reference = x => [shape.Length == 0 ? x[0] : Naive.Along(x[0], axis < 0 ? axis + shape.Length : axis, v => reverse ? Running(v.Reverse().ToArray(), step, start).Reverse().ToArray() : Running(v, step, start))],
        };
        yield return Row("last", [3, 7], -1);
        yield return Row("first", [5, 4], 0);
        yield return Row("middle", [2, 6, 3], 1);
        yield return Row("reverse", [4, 5], 1, true);
        yield return Row("one", [3, 1], 1);
        yield return Row("empty", [3, 0], 1);
        yield return Row("scalar", [], 0);
    }

    private static double[] Running(double[] v, Func<double, double, double> step, double start)
    {
        var y = new double[v.Length];
        for (int i = 0; i < v.Length; i++)
            y[i] = start = step(start, v[i]);
        return y;
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("cumsum_axis", () => Tensor.Zeros([2, 3]).CumSum(2), "CumSum: [2, 3] has no axis 2: it has 2");
        yield return ErrorCase.DType("cumsum_complex", () => Tensor.Zeros([2], DType.Complex64).CumSum(0), "CumSum: complex64 is not supported");
        yield return ErrorCase.DType("logcumsumexp_ints", () => Tensor.Zeros([2], DType.Int64).LogCumSumExp(0), "LogCumSumExp: int64 is not supported; it takes floats");
        yield return ErrorCase.DType("cummax_complex", () => Tensor.Zeros([2], DType.Complex64).CumMax(0), "CumMax: complex64 is not supported");
        yield return ErrorCase.DType("cumprod_complex", () => Tensor.Zeros([2], DType.Complex64).CumProd(0), "CumProd: complex64 is not supported");
        yield return ErrorCase.Shape("linear_scan_shapes", () => LinearScanOp.Apply(Tensor.Zeros([2]), Tensor.Zeros([3]), 0, false), "LinearScan: coefficients [2] and terms [3] differ");
        yield return ErrorCase.DType("linear_scan_types", () => LinearScanOp.Apply(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64), 0, false), "LinearScan: coefficients float32 and terms float64 must be of one float type");
    }
}
