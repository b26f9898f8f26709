namespace Hebb.OpTests;

/// <summary>add, sub, mul, div and neg, with scalars on either side.</summary>
internal static class ArithmeticRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return BinaryRows.Map("add", (a, b) => a + b, (a, b) => a + b, dtypes: UnaryRows.Signed);
        yield return BinaryRows.Map("sub", (a, b) => a - b, (a, b) => a - b, dtypes: UnaryRows.Signed);
        yield return BinaryRows.Map("mul", (a, b) => a * b, (a, b) => a * b, dtypes: UnaryRows.Signed);
        yield return BinaryRows.Map("div", (a, b) => a / b, (a, b) => a / b, low: 0.5, high: 3);
        yield return new("add_broadcast", [In.Real(2, 1, 3), In.Real(4, 1)], x => x[0] + x[1])
        {
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From(Enumerable.Range(0, 24).Select(i => a[i / 12 * 3 + i % 3] + b[i / 3 % 4]).ToArray(), [2, 4, 3])];
            },
        };
        yield return new("div_broadcast", [In.Real(3), In.Between(1, 2, 2, 1)], x => x[0] / x[1])
        {
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From(Enumerable.Range(0, 6).Select(i => a[i % 3] / b[i / 3]).ToArray(), [2, 3])];
            },
        };
        yield return UnaryRows.Map("add_scalar", x => x + 2.5, v => v + 2.5);
        yield return UnaryRows.Map("scalar_float", x => (0.5f * x - 2f).Maximum(-2f).Clamp(-3f, 3f), v => Math.Max(0.5 * v - 2, -2));
        yield return UnaryRows.Map("add_scalar_long", x => x + 2, v => v + 2, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("sub_scalar", x => x - 2, v => v - 2, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("scalar_sub", x => 2 - x, v => 2 - v, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("mul_scalar", x => x * 0.5, v => v * 0.5, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("div_scalar", x => x / 4, v => v / 4, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("scalar_div", x => 1.0 / x, v => 1 / v, 1, 3, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("neg", x => -x, v => -v, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("addcmul", x => x.AddCMul(x + 1.0, x * 2.0, 0.5), v => v + 0.5 * (v + 1) * (v * 2));
        yield return UnaryRows.Map("addcdiv", x => x.AddCDiv(x, x.Square() + 1.0, 3), v => v + 3 * v / (v * v + 1));
        yield return new("mul_empty", [In.Real(0, 3), In.Real(3)], x => x[0] * x[1]) { Reference = _ => [Tensor.Zeros([0, 3], DType.Float64)] };
        yield return new("mul_zero_dim", [In.Real(), In.Real()], x => x[0] * x[1]) { Reference = x => [Tensor.Scalar(x[0].Item() * x[1].Item(), DType.Float64)] };
        yield return new("mul_long_row", [In.Real(2, 1100), In.Real(1100)], x => x[0] * x[1])
        {
            Gradient = false,
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => v * x[1].ToArray<double>()[i % 1100]).ToArray(), [2, 1100])],
        };
        yield return new("mul_ints", [In.Ints(-5, 5, 70), In.Ints(-5, 5, 70)], x => x[0] * x[1])
        {
            Gradient = false,
            Reference = x => [Tensor.From(x[0].ToArray<long>().Zip(x[1].ToArray<long>(), (a, b) => a * b).ToArray())],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("add_shapes", () => _ = Tensor.Zeros([2, 3]) + Tensor.Zeros([2, 4]), "Add: [2, 3] and [2, 4] don't broadcast: sizes 3 and 4 differ along axis -1");
        yield return ErrorCase.DType("sub_bool", () => _ = Tensor.From([true]) - Tensor.From([true]), "Sub: bool is not supported");
        yield return ErrorCase.DType("mul_storage_only", () => _ = Tensor.Zeros([2], DType.Int4) * Tensor.Zeros([2], DType.Int4), "Mul: int4 is for storage only");
    }
}
