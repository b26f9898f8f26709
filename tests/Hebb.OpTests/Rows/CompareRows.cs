namespace Hebb.OpTests;

/// <summary>Comparisons and questions about single elements.</summary>
internal static class CompareRows
{
    private static readonly DType[] All = [.. UnaryRows.Signed, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64];
    private static readonly double[] Odd = [0, -0.0, 1.5, -1.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon];

    [Rows]
    public static IEnumerable<OpCase> Comparisons()
    {
        yield return Pairs("equal", (a, b) => a.Equal(b), (a, b) => a == b);
        yield return Pairs("not_equal", (a, b) => a.NotEqual(b), (a, b) => a != b);
        yield return Pairs("less", (a, b) => a < b, (a, b) => a < b);
        yield return Pairs("less_equal", (a, b) => a <= b, (a, b) => a <= b);
        yield return Pairs("greater", (a, b) => a > b, (a, b) => a > b);
        yield return Pairs("greater_equal", (a, b) => a >= b, (a, b) => a >= b);
        yield return Pairs("less_scalar", (a, _) => a < 1, (a, _) => a < 1);
        yield return Pairs("scalar_less", (a, _) => 0.5 < a, (a, _) => 0.5 < a);
        yield return new("less_broadcast", [In.Real(3, 1), In.Real(4)], x => x[0] < x[1])
        {
            Gradient = false,
            Reference = x => [Tensor.From(Enumerable.Range(0, 12).Select(i => x[0].ToArray<double>()[i / 4] < x[1].ToArray<double>()[i % 4]).ToArray(), [3, 4])],
        };
        yield return new("less_empty", [In.Real(0, 3)], x => x[0] < 2) { Gradient = false, Reference = _ => [Tensor.Zeros([0, 3], DType.Bool)] };
        yield return new("less_odd", [], _ => Tensor.From(Odd).Reshape(8, 1) < Tensor.From(Odd))
        {
            Gradient = false,
            Reference = _ => [Tensor.From((from a in Odd from b in Odd select a < b).ToArray(), [8, 8])],
        };
        yield return new("compare_past_range", [], _ => [Tensor.From<byte>([0, 200]) < 300, Tensor.From<byte>([0, 200]) > -1, Tensor.From<sbyte>([-5, 5]) >= -1000, 1000 > Tensor.From<ulong>([7, ulong.MaxValue]), Tensor.From<ulong>([7]) > -1])
        {
            Gradient = false,
            Reference = _ => [Tensor.From([true, true]), Tensor.From([true, true]), Tensor.From([true, true]), Tensor.From([true, false]), Tensor.From([true])],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> Questions()
    {
        yield return Question("isnan", x => x.IsNaN(), double.IsNaN);
        yield return Question("isinf", x => x.IsInf(), double.IsInfinity);
        yield return Question("isposinf", x => x.IsPosInf(), double.IsPositiveInfinity);
        yield return Question("isneginf", x => x.IsNegInf(), double.IsNegativeInfinity);
        yield return Question("isfinite", x => x.IsFinite(), double.IsFinite);
        yield return Question("signbit", x => x.SignBit(), double.IsNegative);
        yield return Question("logical_not", x => x.LogicalNot(), v => v == 0);
        yield return Pairs("signbit_types", (a, _) => a.SignBit(), (a, _) => a < 0);
        yield return Pairs("isfinite_types", (a, _) => a.IsFinite(), (_, _) => true);
        yield return Pairs("isnan_types", (a, _) => a.IsNaN(), (_, _) => false);
        yield return new("isnan_scalar", [In.Real()], x => x[0].IsNaN()) { Gradient = false, Reference = _ => [Tensor.From([false], [])] };
        yield return new("isnan_empty", [In.Real(2, 0)], x => x[0].IsNaN()) { Gradient = false, Reference = _ => [Tensor.Zeros([2, 0], DType.Bool)] };
        yield return new("isclose", [], _ => Tensor.From([1, 1, 1, double.NaN, double.PositiveInfinity, double.PositiveInfinity, 0]).IsClose(Tensor.From([1.00001, 1.001, 1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e-9])))
        {
            Gradient = false,
            Reference = _ => [Tensor.From([true, false, true, false, true, false, true])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("less_shapes", () => _ = Tensor.Zeros([2]) < Tensor.Zeros([3]), "Less: [2] and [3] don't broadcast");
        yield return ErrorCase.DType("less_complex", () => _ = Tensor.Zeros([2], DType.Complex64) < 1.0, "Less: complex64 is not supported");
        yield return ErrorCase.DType("isnan_storage_only", () => Tensor.Zeros([2], DType.Float4E2M1).IsNaN(), "IsNaN: float4_e2m1 is for storage only");
    }

    /// <summary>A row over 75 pairs of whole numbers from 0 to 2, so that there are ties.</summary>
    public static OpCase Pairs(string name, Func<Tensor, Tensor, Tensor> f, Func<double, double, bool> reference) => new(
        name,
        () => [Tensor.From(Enumerable.Range(0, 75).Select(i => (double)(i % 3)).ToArray(), [5, 15]), Tensor.From(Enumerable.Range(0, 75).Select(i => (double)(i / 3 % 3)).ToArray(), [5, 15])],
        x => [f(x[0], x[1])])
    {
        Gradient = false,
        DTypes = All,
        Vmap = true,
        Reference = x => [Tensor.From(x[0].ToArray<double>().Zip(x[1].ToArray<double>(), reference).ToArray(), x[0].Shape)],
    };

    private static OpCase Question(string name, Func<Tensor, Tensor> f, Func<double, bool> reference) => new(name, () => [Tensor.From(Odd)], x => [f(x[0])])
    {
        Gradient = false,
        DTypes = [DType.Float32],
        Vmap = false,
        Reference = x => [Tensor.From(Array.ConvertAll(x[0].ToArray<double>(), v => reference(v)))],
    };
}
