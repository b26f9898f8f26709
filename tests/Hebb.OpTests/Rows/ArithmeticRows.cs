namespace Hebb.OpTests;

/// <summary>add, sub, mul, neg and comparisons.</summary>
internal static class ArithmeticRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Binary("add", (a, b) => a + b, (a, b) => a + b);
        yield return Binary("sub", (a, b) => a - b, (a, b) => a - b);
        yield return Binary("mul", (a, b) => a * b, (a, b) => a * b);
        yield return new("add_broadcast", [In.Real(2, 1, 3), In.Real(4, 1)], x => x[0] + x[1])
        {
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From(Enumerable.Range(0, 24).Select(i => a[i / 12 * 3 + i % 3] + b[i / 3 % 4]).ToArray(), [2, 4, 3])];
            },
        };
        yield return new("add_scalar", [In.Real(3)], x => x[0] + 2.5) { Reference = x => [Tensor.From(x[0].ToArray<double>().Select(v => v + 2.5).ToArray())] };
        yield return new("mul_empty", [In.Real(0, 3), In.Real(3)], x => x[0] * x[1]) { Reference = _ => [Tensor.Zeros([0, 3], DType.Float64)] };
        yield return new("neg", [In.Real(3, 4)], x => -x[0]) { Reference = x => [Tensor.From(x[0].ToArray<double>().Select(v => -v).ToArray(), [3, 4])] };
        yield return new("mul_ints", [In.Ints(-5, 5, 70), In.Ints(-5, 5, 70)], x => x[0] * x[1])
        {
            Gradient = false,
            Reference = x => [Tensor.From(x[0].ToArray<long>().Zip(x[1].ToArray<long>(), (a, b) => a * b).ToArray())],
        };
    }

    private static OpCase Binary(string name, Func<Tensor, Tensor, Tensor> f, Func<double, double, double> reference) => new(name, [In.Real(3, 5), In.Real(3, 5)], x => f(x[0], x[1]))
    {
        Reference = x => [Tensor.From(x[0].ToArray<double>().Zip(x[1].ToArray<double>(), reference).ToArray(), x[0].Shape)],
        DTypes = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int32, DType.Int64, DType.Int8, DType.Int16],
    };
}
