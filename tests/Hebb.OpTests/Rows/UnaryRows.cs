using R = Hebb.OpTests.UnaryReferences;

namespace Hebb.OpTests;

/// <summary>Elementwise functions of one tensor.</summary>
internal static class UnaryRows
{
    public static readonly DType[] Floats = [DType.Float32, DType.Float16, DType.BFloat16];
    public static readonly DType[] Signed = [.. Floats, DType.Int8, DType.Int16, DType.Int32, DType.Int64];

    [Rows]
    public static IEnumerable<OpCase> Arithmetic()
    {
        yield return Map("abs", x => x.Abs(), Math.Abs, away: 0, dtypes: Signed);
        yield return Map("sign", x => x.Sign(), v => Math.Sign(v), away: 0, dtypes: Signed);
        yield return Map("square", x => x.Square(), v => v * v, dtypes: Signed);
        yield return Map("sqrt", x => x.Sqrt(), Math.Sqrt, 0.1, 3, dtypes: Signed);
        yield return Map("rsqrt", x => x.Rsqrt(), v => 1 / Math.Sqrt(v), 0.1, 3);
        yield return Map("reciprocal", x => x.Reciprocal(), v => 1 / v, 0.2, 3);
        yield return Map("positive", x => +x, v => v, dtypes: Signed);
        yield return Map("clamp", x => x.Clamp(-0.7, 1.1), v => Math.Clamp(v, -0.7, 1.1), -1.9, 1.9, away: -0.7);
        yield return Map("clamp_ints", x => x.Clamp(-1, 300), v => Math.Clamp(v, -1, 300), away: -1, dtypes: [.. Signed, DType.UInt8, DType.UInt64]);
        yield return Map("nan_to_num", x => (x / (x.Abs() > 1.0).To(x.DType)).NanToNum(0.5, 2, -3), v => Math.Abs(v) > 1 ? v : v > 0 ? 2 : -3, dtypes: [DType.Float32], gradient: false);
        yield return Map("nan_to_num_finite", x => x.NanToNum(), v => v);
        foreach (double p in new[] { -2, -1, -0.5, 0, 0.5, 1, 2, 2.5, 3, 4 })
            yield return Map($"pow_scalar_{p}", x => x.Pow(p), v => Math.Pow(v, p), 0.2, 2);
    }

    [Rows]
    public static IEnumerable<OpCase> Exponential()
    {
        yield return Map("exp", x => x.Exp(), Math.Exp, dtypes: Signed);
        yield return Map("exp2", x => x.Exp2(), v => Math.Pow(2, v));
        yield return Map("expm1", x => x.Expm1(), R.Expm1);
        yield return Map("log", x => x.Log(), Math.Log, 0.1, 4);
        yield return Map("log2", x => x.Log2(), Math.Log2, 0.1, 4);
        yield return Map("log10", x => x.Log10(), Math.Log10, 0.1, 4);
        yield return Map("log1p", x => x.Log1p(), v => Math.Log(1 + v), -0.8, 4);
        foreach (int[] shape in new int[][] { [], [1], [0], [2, 0, 3], [67], [3, 1, 5] })
            yield return new($"exp_{(Shape)shape}", [In.Real(shape)], x => x[0].Exp()) { Reference = x => [Each(x[0], Math.Exp)] };
    }

    [Rows]
    public static IEnumerable<OpCase> Trigonometric()
    {
        yield return Map("sin", x => x.Sin(), Math.Sin);
        yield return Map("cos", x => x.Cos(), Math.Cos);
        yield return Map("tan", x => x.Tan(), Math.Tan, -1.2, 1.2);
        yield return Map("asin", x => x.Asin(), Math.Asin, -0.9, 0.9);
        yield return Map("acos", x => x.Acos(), Math.Acos, -0.9, 0.9);
        yield return Map("atan", x => x.Atan(), Math.Atan);
        yield return Map("sinh", x => x.Sinh(), Math.Sinh);
        yield return Map("cosh", x => x.Cosh(), Math.Cosh);
        yield return Map("tanh", x => x.Tanh(), Math.Tanh);
        yield return Map("asinh", x => x.Asinh(), Math.Asinh);
        yield return Map("acosh", x => x.Acosh(), Math.Acosh, 1.2, 4);
        yield return Map("atanh", x => x.Atanh(), Math.Atanh, -0.9, 0.9);
        yield return Map("deg2rad", x => x.Deg2Rad(), v => v * Math.PI / 180, dtypes: Signed);
        yield return Map("rad2deg", x => x.Rad2Deg(), v => v * 180 / Math.PI, dtypes: Signed);
    }

    [Rows]
    public static IEnumerable<OpCase> Rounding()
    {
        yield return Steps("floor", x => x.Floor(), Math.Floor);
        yield return Steps("ceil", x => x.Ceil(), Math.Ceiling);
        yield return Steps("round", x => x.Round(), v => Math.Round(v, MidpointRounding.ToEven));
        yield return Steps("trunc", x => x.Trunc(), Math.Truncate);
        yield return Steps("frac", x => x.Frac(), v => v - Math.Truncate(v));
        yield return Steps("round_1", x => x.Round(1), v => Math.Round(v, 1, MidpointRounding.ToEven), 0.123, [DType.Float32]);
        yield return Steps("round_-1", x => (x * 10.0).Round(-1), v => Math.Round(v) * 10, 0.23, [DType.Float32]);
        yield return new("round_halves", [], _ => Tensor.From([0.5, 1.5, 2.5, -0.5, -1.5, -2.5]).Round())
        {
            Gradient = false,
            DTypes = [],
            Reference = _ => [Tensor.From([0.0, 2, 2, -0.0, -2, -2])],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> Special()
    {
        yield return Map("erf", x => x.Erf(), R.Erf);
        yield return Map("erfc", x => x.Erfc(), v => 1 - R.Erf(v));
        yield return Map("erfinv", x => x.ErfInv(), R.ErfInv, -0.9, 0.9);
        yield return Map("lgamma", x => x.LGamma(), R.LogGamma, 0.3, 8);
        yield return Map("lgamma_negative", x => x.LGamma(), R.LogGamma, -2.8, -2.2);
        yield return Map("digamma", x => x.Digamma(), R.Digamma, 0.3, 8);
        yield return Map("digamma_negative", x => x.Digamma(), R.Digamma, -2.8, -2.2, gradientTolerance: 2e-6);
        foreach (int n in new[] { 1, 2, 3, 6 })
        {
            yield return Map($"polygamma_{n}", x => x.Polygamma(n), v => R.Polygamma(n, v), 0.5, 8);
            yield return Map($"polygamma_{n}_negative", x => x.Polygamma(n), v => R.Polygamma(n, v), -2.7, -2.3, dtypes: [DType.Float32], gradientTolerance: 2e-6, secondGradient: n < 6);
        }
        yield return Map("sigmoid", x => x.Sigmoid(), R.Sigmoid, dtypes: Signed);
        yield return Map("logit", x => x.Logit(), v => Math.Log(v / (1 - v)), 0.05, 0.95);
        yield return Map("logit_eps", x => x.Logit(0.1), v => Math.Log(Math.Clamp(v, 0.1, 0.9) / (1 - Math.Clamp(v, 0.1, 0.9))), -0.5, 0.8, away: 0.1);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var bools = Tensor.From([true, false]);
        yield return ErrorCase.DType("neg_bool", () => _ = -bools, "Neg: bool is not supported");
        yield return ErrorCase.DType("abs_bool", () => bools.Abs(), "Abs: bool is not supported");
        yield return ErrorCase.DType("exp_storage_only", () => Tensor.Zeros([2], DType.Float8E5M2).Exp(), "Exp: float8_e5m2 is for storage only");
        yield return ErrorCase.DType("floor_complex", () => Tensor.Zeros([2], DType.Complex64).Floor(), "Floor: complex64 is not supported");
        yield return ErrorCase.DType("pow_negative_ints", () => Tensor.From([1, 2]).Pow(-2), "Pow: int32 to the negative power -2");
        yield return new("polygamma_order", () => Tensor.From([1.0]).Polygamma(-1), typeof(DataException), "Polygamma: the order -1 is negative");
    }

    /// <summary>A row over one [3, 5] tensor.</summary>
    public static OpCase Map(string name, Func<Tensor, Tensor> f, Func<double, double> reference, double low = -2, double high = 2, double away = double.NaN, DType[]? dtypes = null, double gradientTolerance = 1e-6, bool gradient = true, bool secondGradient = true) =>
        new(name, [new In([3, 5], Low: low, High: high, AwayFrom: away)], x => f(x[0]))
        {
            Reference = x => [Each(x[0], reference)],
            DTypes = dtypes ?? Floats,
            GradientTolerance = gradientTolerance,
            Gradient = gradient,
            SecondGradient = secondGradient,
        };

    public static Tensor Each(Tensor x, Func<double, double> f) => Tensor.From(Array.ConvertAll(x.ToArray<double>(), v => f(v)), x.Shape);

    /// <summary>A row over numbers from -3 to 3 that keep their distance from whole and half ones.</summary>
    private static OpCase Steps(string name, Func<Tensor, Tensor> f, Func<double, double> reference, double off = 0.3, DType[]? dtypes = null) =>
        new(name, () => [Tensor.From([-3 + off, -2 - off, -1 + off, -off, off, 1 - off, 1 + off, 2 + off])], x => [f(x[0])])
        {
            Reference = x => [Each(x[0], reference)],
            DTypes = dtypes ?? Signed,
        };
}
