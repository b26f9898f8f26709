namespace Hebb.OpTests;

/// <summary>Elementwise functions of two and three tensors.</summary>
internal static class BinaryRows
{
    private static readonly DType[] Ints = [DType.Int8, DType.Int16, DType.Int32, DType.Int64];

    [Rows]
    public static IEnumerable<OpCase> Division()
    {
        yield return Map("floor_divide", (a, b) => a.FloorDivide(b), (a, b) => Math.Floor(a / b), dtypes: [DType.Float32], away: 0);
        yield return Map("remainder", (a, b) => a % b, (a, b) => a - b * Math.Floor(a / b), dtypes: [DType.Float32], away: 0);
        yield return Map("fmod", (a, b) => a.Fmod(b), (a, b) => a % b, dtypes: [DType.Float32], away: 0);
        yield return new("fmod_far", [In.Between(-1e18, 1e18, 40), In.Between(0.1, 3, 40)], x => x[0].Fmod(x[1]))
        {
            Gradient = false,
            DTypes = [],
            Reference = x => [Zip(x, (a, b) => a % b)],
        };
        yield return UnaryRows.Map("remainder_scalar", x => x % 0.75, v => v - 0.75 * Math.Floor(v / 0.75), 0.8, 1.4);
        yield return UnaryRows.Map("scalar_remainder", x => 7.0 % x, v => 7 - v * Math.Floor(7 / v), 2.4, 3.4);
        foreach (var dtype in Ints)
        {
            yield return WholeNumbers($"floor_divide_{dtype.Name}", dtype, (a, b) => a.FloorDivide(b), (a, b) => Math.Floor((double)a / b));
            yield return WholeNumbers($"remainder_{dtype.Name}", dtype, (a, b) => a % b, (a, b) => a - b * Math.Floor((double)a / b));
            yield return WholeNumbers($"fmod_{dtype.Name}", dtype, (a, b) => a.Fmod(b), (a, b) => a % b);
            yield return WholeNumbers($"div_{dtype.Name}", dtype, (a, b) => a / b, (a, b) => (float)a / b);
        }
        foreach (var dtype in new[] { DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64 })
        {
            yield return WholeNumbers($"floor_divide_{dtype.Name}", dtype, (a, b) => a.FloorDivide(b), (a, b) => a / b, low: 1);
            yield return WholeNumbers($"remainder_{dtype.Name}", dtype, (a, b) => a % b, (a, b) => a % b, low: 1);
            yield return WholeNumbers($"fmod_{dtype.Name}", dtype, (a, b) => a.Fmod(b), (a, b) => a % b, low: 1);
        }
    }

    [Rows]
    public static IEnumerable<OpCase> Power()
    {
        yield return Map("pow", (a, b) => a.Pow(b), Math.Pow, 0.3, 2.5);
        yield return new("pow_negative_base", [In.Between(-2, -0.5, 12)], x => x[0].Pow(Tensor.From([2.0, 3, -1]).To(x[0].DType).Reshape(3, 1)))
        {
            Reference = x => [Tensor.From(new[] { 2.0, 3, -1 }.SelectMany(p => x[0].ToArray<double>().Select(v => Math.Pow(v, p))).ToArray(), [3, 12])],
        };
        yield return UnaryRows.Map("scalar_pow", x => Tensor.Pow(2.5, x), v => Math.Pow(2.5, v));
        yield return UnaryRows.Map("scalar_pow_long", x => Tensor.Pow(3L, x), v => Math.Pow(3, v));
        yield return new("pow_ints", [In.Ints(-3, 4, 60), In.Ints(0, 6, 60)], x => x[0].Pow(x[1])) { Gradient = false, Reference = x => [Zip(x, Math.Pow)] };
        yield return new("pow_ints_long", [In.Ints(-3, 4, 60)], x => x[0].Pow(3L)) { Gradient = false, Reference = x => [UnaryRows.Each(x[0].To(DType.Float64), v => v * v * v)] };
        yield return new("pow_ints_negative", [In.Ints(-2, 3, 60), In.Ints(-3, 0, 60)], x => x[0].Pow(x[1]))
        {
            Gradient = false,
            Reference = x => [Zip(x, (a, b) => a == 0 ? 0 : Math.Truncate(Math.Pow(a, b)))],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> Extremes()
    {
        yield return Map("maximum", (a, b) => a.Maximum(b), Math.Max, dtypes: UnaryRows.Signed);
        yield return Map("minimum", (a, b) => a.Minimum(b), Math.Min, dtypes: UnaryRows.Signed);
        yield return Map("fmax", (a, b) => a.FMax(b), Math.Max, dtypes: UnaryRows.Signed);
        yield return Map("fmin", (a, b) => a.FMin(b), Math.Min, dtypes: UnaryRows.Signed);
        yield return Map("clamp_min", (a, b) => a.ClampMin(b), Math.Max, dtypes: UnaryRows.Signed);
        yield return Map("clamp_max", (a, b) => a.ClampMax(b), Math.Min, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("clamp_min_scalar", x => x.ClampMin(0.3), v => Math.Max(v, 0.3), away: 0.3);
        yield return UnaryRows.Map("clamp_max_scalar", x => x.ClampMax(1), v => Math.Min(v, 1), away: 1, dtypes: UnaryRows.Signed);
        yield return new("clamp_tensors", [In.Real(4, 6), In.Between(-1, 0, 4, 1), In.Between(0.1, 1, 6)], x => x[0].Clamp(x[1], x[2]))
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => Math.Clamp(v, x[1].ToArray<double>()[i / 6], x[2].ToArray<double>()[i % 6])).ToArray(), [4, 6])],
        };
        yield return Map("heaviside", (a, b) => a.Heaviside(b), (a, b) => a > 0 ? 1 : 0, away: 0);
        yield return new("heaviside_zero", [In.Real(5)], x => (x[0] * 0.0).Heaviside(x[0])) { Reference = x => [x[0]] };
        yield return Map("hypot", (a, b) => a.Hypot(b), (a, b) => Math.Sqrt(a * a + b * b), away: 0);
        yield return Map("atan2", (a, b) => a.Atan2(b), Math.Atan2, away: 0);
        yield return Map("copysign", (a, b) => a.CopySign(b), Math.CopySign, away: 0);
        yield return Map("xlogy", (a, b) => a.XLogY(b), (a, b) => a * Math.Log(b), 0.2, 3);
        yield return new("xlogy_zero", [In.Between(0, 3, 9)], x => (x[0] * 0.0).XLogY(x[0])) { Reference = _ => [Tensor.Zeros([9], DType.Float64)], SecondGradient = false };
        yield return Map("logaddexp", (a, b) => a.LogAddExp(b), (a, b) => Math.Log(Math.Exp(a) + Math.Exp(b)));
    }

    [Rows]
    public static IEnumerable<OpCase> Three()
    {
        yield return new("lerp", [In.Real(3, 4), In.Real(3, 4), In.Away(0.5, 4)], x => x[0].Lerp(x[1], x[2]))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 12).Select(i => At(x[0], i) + At(x[2], i % 4) * (At(x[1], i) - At(x[0], i))).ToArray(), [3, 4])],
        };
        yield return new("lerp_scalar", [In.Real(7), In.Real(7)], x => x[0].Lerp(x[1], 0.3)) { Reference = x => [Zip(x, (a, b) => a + 0.3 * (b - a))] };
        yield return new("lerp_long", [In.Real(40, 100), In.Real(100), In.Between(0, 1)], x => x[0].Lerp(x[1], x[2]))
        {
            Gradient = false,
            Reference = x => [Tensor.From(Enumerable.Range(0, 4000).Select(i => At(x[0], i) + At(x[2], 0) * (At(x[1], i % 100) - At(x[0], i))).ToArray(), [40, 100])],
        };
        yield return new("lerp_empty", [In.Real(0, 2), In.Real(2), In.Real(1)], x => x[0].Lerp(x[1], x[2])) { Reference = _ => [Tensor.Zeros([0, 2], DType.Float64)] };
        yield return new("where", [In.Bools(2, 3, 1), In.Real(3, 5), In.Real(2, 1, 5)], x => Tensor.Where(x[0], x[1], x[2]))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 30).Select(i => x[0].ToArray<bool>()[i / 5] ? At(x[1], i % 15) : At(x[2], i / 15 * 5 + i % 5)).ToArray(), [2, 3, 5])],
        };
        yield return new("where_scalar", [In.Bools(70), In.Real(70)], x => Tensor.Where(x[0], x[1], 0.5))
        {
            Reference = x => [Tensor.From(x[0].ToArray<bool>().Select((c, i) => c ? At(x[1], i) : 0.5).ToArray())],
            DTypes = UnaryRows.Signed,
        };
        yield return new("where_scalar_first", [In.Bools(5), In.Real(5)], x => Tensor.Where(x[0], 2, x[1]))
        {
            Reference = x => [Tensor.From(x[0].ToArray<bool>().Select((c, i) => c ? 2 : At(x[1], i)).ToArray())],
            DTypes = UnaryRows.Signed,
        };
        foreach (var dtype in new[] { DType.Int8, DType.UInt16, DType.Int32, DType.Int64, DType.Float16, DType.Bool })
        {
            yield return new($"where_{dtype.Name}", [In.Bools(75), new In([75], dtype, 0, 2), new In([75], dtype, 0, 2)], x => Tensor.Where(x[0], x[1], x[2]))
            {
                Gradient = false,
                Reference = x => [Tensor.From(Enumerable.Range(0, 75).Select(i => x[0].ToArray<bool>()[i] ? At(x[1], i) : At(x[2], i)).ToArray())],
            };
        }
        yield return new("where_complex", [In.Bools(9), In.Real(9)], x => Tensor.Where(x[0], x[1].To(DType.Complex128), x[1].To(DType.Complex128) * 2.0))
        {
            Gradient = false,
            DTypes = [],
            Reference = x => [Tensor.From(x[0].ToArray<bool>().Select((c, i) => new System.Numerics.Complex(At(x[1], i) * (c ? 1 : 2), 0)).ToArray())],
        };
        yield return new("where_empty", [In.Bools(0), In.Real(0), In.Real(1)], x => Tensor.Where(x[0], x[1], x[2])) { Reference = _ => [Tensor.Zeros([0], DType.Float64)] };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        foreach (int count in new[] { 1, 3, 16, 100 })
        {
            var (a, b) = (Tensor.Full([count], 6, DType.Int32), Tensor.From(Enumerable.Range(0, count).ToArray()));
            yield return new($"floor_divide_by_zero_{count}", () => a.FloorDivide(b), typeof(DataException), "FloorDivide: an integer divisor is 0");
            yield return new($"remainder_by_zero_{count}", () => _ = a % b, typeof(DataException), "Remainder: an integer divisor is 0");
            yield return new($"fmod_by_zero_{count}", () => a.Fmod(b), typeof(DataException), "Fmod: an integer divisor is 0");
            yield return new($"remainder_by_zero_unsigned_{count}", () => _ = a.To(DType.UInt8) % b.To(DType.UInt8), typeof(DataException), "Remainder: an integer divisor is 0");
        }
        yield return new("floor_divide_by_zero_threads", () => Tensor.Ones([100_000], DType.Int64).FloorDivide(0), typeof(DataException), "FloorDivide: an integer divisor is 0");
        yield return ErrorCase.DType("where_condition", () => Tensor.Where(Tensor.Ones([2]), Tensor.Ones([2]), Tensor.Ones([2])), "Where: the condition is float32, not bool; compare first, as in x > 0");
        yield return ErrorCase.Shape("where_shapes", () => Tensor.Where(Tensor.From([true, false]), Tensor.Ones([3]), 0), "Where: [2] and [3] don't broadcast");
        yield return ErrorCase.Shape("lerp_shapes", () => Tensor.Ones([2]).Lerp(Tensor.Ones([2]), Tensor.Ones([3])), "Lerp: [2] and [3] don't broadcast");
        yield return ErrorCase.DType("maximum_complex", () => Tensor.Ones([2], DType.Complex64).Maximum(Tensor.Ones([2])), "Maximum: complex64 is not supported");
    }

    /// <summary>A row over two [3, 5] tensors.</summary>
    public static OpCase Map(string name, Func<Tensor, Tensor, Tensor> f, Func<double, double, double> reference, double low = -2, double high = 2, double away = double.NaN, DType[]? dtypes = null) =>
        new(name, [new In([3, 5], Low: low, High: high, AwayFrom: away), new In([3, 5], Low: low, High: high, AwayFrom: away)], x => f(x[0], x[1]))
        {
            Reference = x => [Zip(x, reference)],
            DTypes = dtypes ?? UnaryRows.Floats,
        };

    public static Tensor Zip(Tensor[] x, Func<double, double, double> f) =>
        Tensor.From(x[0].To(DType.Float64).ToArray<double>().Zip(x[1].To(DType.Float64).ToArray<double>(), f).ToArray(), x[0].Shape);

    private static double At(Tensor x, int i) => x.To(DType.Float64).ToArray<double>()[i];

    /// <summary>A row over every quotient of numbers up to 7, of either sign where the type has one.</summary>
    private static OpCase WholeNumbers(string name, DType dtype, Func<Tensor, Tensor, Tensor> f, Func<long, long, double> reference, int low = -7)
    {
        var pairs = (from a in Enumerable.Range(-7, 15) from b in Enumerable.Range(-7, 15) where b != 0 && a >= low && b >= low select ((long)a, (long)b)).ToArray();
        return new(
            name,
            () => [Tensor.From(pairs.Select(p => p.Item1).ToArray()).To(dtype), Tensor.From(pairs.Select(p => p.Item2).ToArray()).To(dtype)],
            x => [f(x[0], x[1])])
        {
            Gradient = false,
            Reference = _ => [Tensor.From(pairs.Select(p => reference(p.Item1, p.Item2)).ToArray())],
        };
    }
}
