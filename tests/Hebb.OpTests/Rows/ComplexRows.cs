using System.Numerics;

namespace Hebb.OpTests;

/// <summary>Complex tensors. They come and go as pairs of reals, so that every check of the table applies.</summary>
internal static class ComplexRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return new("view_as_complex", [In.Real(3, 2), In.Real(2)], x => (x[0].ViewAsComplex() * x[1].ViewAsComplex()).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From(Enumerable.Range(0, 3).SelectMany(i => new[] { a[2 * i] * b[0] - a[2 * i + 1] * b[1], a[2 * i] * b[1] + a[2 * i + 1] * b[0] }).ToArray(), [3, 2])];
            },
        };
        yield return new("view_as_complex_empty", [In.Real(0, 2)], x => x[0].ViewAsComplex().ViewAsReal()) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("complex_slice", [In.Real(4, 6, 2)], x => x[0].ViewAsComplex().Slice(0, 1, 4, 2).Transpose(0, 1).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(Enumerable.Range(0, 24).Select(i => x[0].ToArray<double>()[((i / 2 % 2) * 2 + 1) * 12 + i / 4 * 2 + i % 2]).ToArray(), [6, 2, 2])],
        };
        yield return new("complex_parts", [In.Real(3), In.Real(2, 1)], x => Tensor.Complex(x[0], x[1]).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From(Enumerable.Range(0, 6).SelectMany(i => new[] { a[i % 3], b[i / 3] }).ToArray(), [2, 3, 2])];
            },
        };
        yield return new("real_imag", [In.Real(2, 3, 2)], x => [x[0].ViewAsComplex().Real(), x[0].ViewAsComplex().Imag(), x[0].Imag()])
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ToArray<double>().Where((_, i) => i % 2 == 0).ToArray(), [2, 3]), Tensor.From(x[0].ToArray<double>().Where((_, i) => i % 2 == 1).ToArray(), [2, 3]), Tensor.ZerosLike(x[0])],
        };
        yield return Unary("complex_conj", z => z.Conj(), Complex.Conjugate);
        yield return Unary("complex_neg", z => -z, z => -z);
        yield return Binary("complex_add", (a, b) => a + b, (a, b) => a + b);
        yield return Binary("complex_sub", (a, b) => a - b, (a, b) => a - b);
        yield return Binary("complex_mul", (a, b) => a * b, (a, b) => a * b);
        yield return Binary("complex_div", (a, b) => a / b, (a, b) => a / b);
        yield return Unary("complex_exp", z => z.Exp(), Complex.Exp);
        yield return Unary("complex_square", z => z.Square(), z => z * z);
        yield return Unary("complex_reciprocal", z => z.Reciprocal(), z => 1 / z, low: 0.5);
        yield return Unary("complex_log", z => z.Log(), Complex.Log, low: 0.3);
        yield return Unary("complex_sqrt", z => z.Sqrt(), Complex.Sqrt, low: 0.3);
        yield return Unary("complex_sin_cos", z => z.Sin() * z.Cos(), z => Complex.Sin(z) * Complex.Cos(z));
        yield return Unary("complex_sinh_cosh", z => z.Sinh() - z.Cosh(), z => Complex.Sinh(z) - Complex.Cosh(z));
        yield return Unary("complex_tan", z => z.Tan(), Complex.Tan, low: 0.2, high: 1);
        yield return Unary("complex_scale", z => z * 2.0 - 1.0, z => 2 * z - 1);
        yield return Unary("complex_power_of_magnitude", z => z * z.Abs(), z => z * Complex.Abs(z));
        yield return new("complex_abs", [In.Real(3, 4, 2)], x => x[0].ViewAsComplex().Abs())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ViewAsComplex().ToArray<Complex>().Select(Complex.Abs).ToArray(), [3, 4])],
        };
        yield return new("complex_abs_zero", [In.Real(2)], x => (x[0] * 0.0).ViewAsComplex().Abs()) { DTypes = [DType.Float32], Reference = _ => [Tensor.Scalar(0, DType.Float64)] };
        yield return new("complex_abs_extremes", () => [Tensor.From<Complex>([new(3e200, 4e200), new(3e-200, -4e-200), new(double.NegativeInfinity, double.NaN), new(double.NaN, 1)])], x => [x[0].Abs(), x[0].To(DType.Complex64).Abs()])
        {
            Gradient = false,
            DTypes = [],
            Reference = _ => [Tensor.From([5e200, 5e-200, double.PositiveInfinity, double.NaN]), Tensor.From([float.PositiveInfinity, 0, float.PositiveInfinity, float.NaN])],
        };
        yield return new("angle", [In.Away(0, 5, 2), In.Away(0, 3)], x => [x[0].ViewAsComplex().Angle(), x[1].Angle()])
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ViewAsComplex().ToArray<Complex>().Select(z => z.Phase).ToArray()), Tensor.From(x[1].ToArray<double>().Select(v => v < 0 ? Math.PI : 0).ToArray())],
        };
        yield return new("angle_special", () => [Tensor.From([double.NaN, -0.0, double.NegativeInfinity])], x => [x[0].Angle(), Tensor.From([-2, 3]).Angle()])
        {
            Gradient = false,
            DTypes = [],
            Reference = _ => [Tensor.From([double.NaN, 0, Math.PI]), Tensor.From([(float)Math.PI, 0])],
        };
        yield return new("polar", [In.Between(0.5, 2, 3), In.Real(2, 1)], x => Tensor.Polar(x[0], x[1]).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(Enumerable.Range(0, 6).Select(i => Complex.FromPolarCoordinates(x[0].ToArray<double>()[i % 3], x[1].ToArray<double>()[i / 3])).ToArray(), [2, 3]).ViewAsReal()],
        };
        yield return new("complex_mul_real", [In.Real(3, 2), In.Real(3)], x => (x[0].ViewAsComplex() * x[1]).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => v * x[1].ToArray<double>()[i / 2]).ToArray(), [3, 2])],
        };
        yield return new("complex_sum", [In.Real(2, 3, 2)], x => [x[0].ViewAsComplex().Sum(0).ViewAsReal(), x[0].ViewAsComplex().Sum().ViewAsReal(), x[0].ViewAsComplex().Sum(-1, keepDim: true).ViewAsReal()])
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                Complex[] z = x[0].ViewAsComplex().ToArray<Complex>();
                Complex Total(Func<int, bool> where) => z.Where((_, i) => where(i)).Aggregate((a, b) => a + b);
                return
                [
                    Tensor.From([Total(i => i % 3 == 0), Total(i => i % 3 == 1), Total(i => i % 3 == 2)]).ViewAsReal(),
                    Tensor.From([Total(_ => true)], []).ViewAsReal(),
                    Tensor.From([Total(i => i < 3), Total(i => i >= 3)], [2, 1]).ViewAsReal(),
                ];
            },
        };
        yield return new("complex_sum_scalar", [In.Real(2)], x => x[0].ViewAsComplex().Sum().ViewAsReal()) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("real_to_complex", [In.Real(3)], x => (x[0].To(DType.Complex128) * Tensor.From<Complex>([new(1, 2)])).ViewAsReal())
        {
            DTypes = [],
            Reference = x => [Tensor.From(x[0].ToArray<double>().SelectMany(v => new[] { v, 2 * v }).ToArray(), [3, 2])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("view_as_complex_shape", () => Tensor.Zeros([2, 3]).ViewAsComplex(), "ViewAsComplex: [2, 3]: the last axis must have size 2");
        yield return ErrorCase.DType("view_as_complex_type", () => Tensor.Zeros([2, 2], DType.Float16).ViewAsComplex(), "ViewAsComplex: float16 has no complex type");
        yield return ErrorCase.DType("view_as_real_type", () => Tensor.Zeros([2]).ViewAsReal(), "ViewAsReal: float32 is not complex");
        yield return ErrorCase.DType("complex_to_real", () => Tensor.Zeros([2], DType.Complex64).To(DType.Float32), "To: complex64 does not convert to float32");
        yield return ErrorCase.Shape("complex_shapes", () => Tensor.Complex(Tensor.Zeros([2]), Tensor.Zeros([3])), "Complex: [2] and [3] don't broadcast");
    }

    internal static OpCase Unary(string name, Func<Tensor, Tensor> f, Func<Complex, Complex> reference, double low = -2, double high = 2) =>
        new(name, [In.Between(low, high, 3, 4, 2)], x => f(x[0].ViewAsComplex()).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ViewAsComplex().ToArray<Complex>().Select(reference).ToArray(), [3, 4]).ViewAsReal()],
        };

    internal static OpCase Binary(string name, Func<Tensor, Tensor, Tensor> f, Func<Complex, Complex, Complex> reference) =>
        new(name, [In.Real(5, 2), In.Real(5, 2)], x => f(x[0].ViewAsComplex(), x[1].ViewAsComplex()).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Tensor.From(x[0].ViewAsComplex().ToArray<Complex>().Zip(x[1].ViewAsComplex().ToArray<Complex>(), reference).ToArray()).ViewAsReal()],
        };
}
