namespace Hebb.OpTests;

/// <summary>var, std, logsumexp, norm, count_nonzero.</summary>
internal static class ReduceMomentRows
{
    [Rows]
    public static IEnumerable<OpCase> Variances()
    {
        foreach (double correction in new[] { 1.0, 0 })
        {
            string suffix = correction == 0 ? "_whole" : "";
            foreach (var (name, shape, axes, keep) in Places())
            {
                yield return new($"var{suffix}_{name}", [In.Real(shape)], x => x[0].Var(axes, correction, keep)) { Reference = x => [Naive.Reduce(x[0], axes, keep, v => Var(v, correction))] };
                yield return new($"std{suffix}_{name}", [In.Real(shape)], x => x[0].Std(axes, correction, keep)) { Reference = x => [Naive.Reduce(x[0], axes, keep, v => Math.Sqrt(Var(v, correction)))] };
            }
        }
        yield return new("var_mean", [In.Real(4, 6)], x =>
        {
            var (v, m) = x[0].VarMean([0]);
            return [v, m];
        })
        {
            Reference = x => [Naive.Reduce(x[0], [0], false, v => Var(v, 1)), Naive.Reduce(x[0], [0], false, v => v.Average())],
        };
        yield return new("var_shifted", [In.Between(1000, 1001, 3, 40)], x => x[0].Var(1)) { Tolerance = 1e-9, Float32Tolerance = 1e-4, DTypes = [DType.Float32], Reference = x => [Naive.Reduce(x[0], [1], false, v => Var(v, 1))] };
        yield return new("std_scalar_whole", [In.Real()], x => x[0].Std([], 0)) { Reference = _ => [Tensor.Zeros([], DType.Float64)] };
        yield return new("std_of_equals", [In.Real(2)], x => x[0].Unsqueeze(1).Expand([2, 3]).Std(1)) { Tolerance = 1e-12, Reference = _ => [Tensor.Zeros([2], DType.Float64)], Gradient = false };
        yield return new("var_default", [In.Real(3, 4)], x => x[0].Var() + x[0].Std()) { Reference = x => [Naive.Reduce(x[0], [], false, v => Var(v, 1) + Math.Sqrt(Var(v, 1)))] };
    }

    private static double Var(double[] v, double correction)
    {
        double mean = v.Average();
        return v.Sum(e => (e - mean) * (e - mean)) / (v.Length - correction);
    }

    private static (string, int[], int[], bool)[] Places() =>
        [("all", [3, 4], [], false), ("last", [3, 17], [-1], false), ("first", [5, 7], [0], true), ("two", [3, 4, 5], [0, 2], false)];

    [Rows]
    public static IEnumerable<OpCase> LogSumExps()
    {
        foreach (var (name, shape, axes, keep) in Places())
            yield return new($"logsumexp_{name}", [In.Real(shape)], x => x[0].LogSumExp(axes, keep)) { Reference = x => [Naive.Reduce(x[0], axes, keep, LogSumExp)] };
        yield return new("logsumexp_large", [In.Between(-1000, 1000, 4, 9)], x => x[0].LogSumExp(1)) { DTypes = [DType.Float32], Reference = x => [Naive.Reduce(x[0], [1], false, LogSumExp)] };
        yield return new("logsumexp_nothing", [In.Real(3, 0)], x => x[0].LogSumExp(1)) { Reference = _ => [Tensor.Full([3], double.NegativeInfinity, DType.Float64)], Gradient = false };
        yield return new("logsumexp_ints", [In.Ints(0, 5, 7)], x => x[0].LogSumExp(0)) { Gradient = false, Tolerance = 1e-6, DTypes = [], Reference = x => [Naive.Reduce(x[0], [0], false, LogSumExp)] };
        double inf = double.PositiveInfinity;
        yield return new("logsumexp_infinite", () => [Tensor.From([1, inf, 2, -inf, -inf, -inf, 0, -inf, 0, double.NaN, 1, 2], [4, 3])], x => [x[0].LogSumExp(1)])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From([inf, -inf, Math.Log(2), double.NaN])],
        };
    }

    private static double LogSumExp(double[] v) => v.Length == 0 ? double.NegativeInfinity : v.Max() + Math.Log(v.Sum(e => Math.Exp(e - v.Max())));

    [Rows]
    public static IEnumerable<OpCase> Norms()
    {
        foreach (double p in new[] { 2, 1, double.PositiveInfinity, double.NegativeInfinity, 0, 3, 1.5, 0.5, -1 })
        {
            foreach (var (name, shape, axes, keep) in Places())
            {
                yield return new($"norm_{p}_{name}".Replace("∞", "inf"), [In.Away(0, shape)], x => x[0].Norm(axes, p, keep))
                {
                    Reference = x => [Naive.Reduce(x[0], axes, keep, v => Norm(v, p))],
                    Float32Tolerance = 4e-5,
                    DTypes = Math.Abs(p) is < 1 and > 0 ? [DType.Float32, DType.Float64] : [DType.Float32, DType.Float16, DType.BFloat16],
                };
            }
        }
        yield return new("norm_default", [In.Real(3, 4)], x => x[0].Norm() + x[0].Norm(1).Sum()) { Reference = x => [Tensor.Scalar(Norm(x[0].ToArray<double>(), 2) + Naive.Reduce(x[0], [1], false, v => Norm(v, 2)).ToArray<double>().Sum(), DType.Float64)] };
        yield return new("norm_empty", [In.Real(0, 3)], x => x[0].Norm(0)) { Reference = _ => [Tensor.Zeros([3], DType.Float64)] };
        yield return new("count_nonzero", [In.Ints(0, 3, 4, 5)], x => [x[0].CountNonzero(), x[0].CountNonzero(1), x[0].CountNonzero([0], true)])
        {
            Gradient = false,
            Reference = x => [Count(x[0], [], false), Count(x[0], [1], false), Count(x[0], [0], true)],
        };
    }

    private static Tensor Count(Tensor x, int[] axes, bool keep) => Naive.Reduce(x, axes, keep, v => v.Count(e => e != 0)).To(DType.Int64);

    private static double Norm(double[] v, double p) => p switch
    {
        0 => v.Count(e => e != 0),
        double.PositiveInfinity => v.Max(Math.Abs),
        double.NegativeInfinity => v.Min(Math.Abs),
        _ => Math.Pow(v.Sum(e => Math.Pow(Math.Abs(e), p)), 1 / p),
    };

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.DType("var_ints", () => Tensor.Zeros([2], DType.Int32).Var(), "Var: int32 elements; cast them first");
        yield return ErrorCase.DType("std_ints", () => Tensor.Zeros([2], DType.Bool).Std(), "Std: bool elements; cast them first");
        yield return ErrorCase.DType("norm_complex", () => Tensor.Zeros([2], DType.Complex64).Norm(), "Norm: complex64 is not supported");
        yield return ErrorCase.DType("logsumexp_complex", () => Tensor.Zeros([2], DType.Complex64).LogSumExp(0), "LogSumExp: complex64 is not supported");
        yield return ErrorCase.Shape("norm_nothing", () => Tensor.Zeros([2, 0]).Norm(1, double.PositiveInfinity), "Norm: [2, 0] has no elements along axis 1");
    }
}
