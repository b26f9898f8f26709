using System.Numerics;

namespace Hebb.OpTests;

/// <summary>Fourier transforms, against their definition. Complex numbers come and go as pairs of reals, so that every check of the table applies.</summary>
internal static class SpectralRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Transform("fft", [3, 5, 2], x => x.Fft(), x => Dft(x, -1, -1, 1));
        yield return Transform("fft_axis", [4, 2, 3, 2], x => x.Fft(axis: 0), x => Dft(x, 0, -1, 1));
        yield return Transform("fft_wide_axis", [6, 19, 2], x => x.Fft(axis: 0), x => Dft(x, 0, -1, 1));
        yield return Transform("fft_ortho", [7, 2], x => x.Fft(norm: FftNorm.Ortho), x => Dft(x, -1, -1, 1 / Math.Sqrt(7)));
        yield return Transform("fft_forward", [6, 2], x => x.Fft(norm: FftNorm.Forward), x => Dft(x, -1, -1, 1 / 6.0));
        yield return Transform("fft_crop", [5, 2], x => x.Fft(3), x => Dft(Resize(x, 3), -1, -1, 1));
        yield return Transform("fft_pad", [2, 3, 2], x => x.Fft(5), x => Dft(Resize(x, 5), -1, -1, 1));
        yield return Transform("fft_one", [2, 1, 2], x => x.Fft(), x => x);
        yield return Transform("fft_empty", [0, 4, 2], x => x.Fft(), x => x);
        yield return Transform("ifft", [2, 6, 2], x => x.Ifft(), x => Dft(x, -1, 1, 1 / 6.0));
        yield return Transform("ifft_ortho", [5, 2], x => x.Ifft(norm: FftNorm.Ortho), x => Dft(x, -1, 1, 1 / Math.Sqrt(5)));
        yield return Transform("ifft_forward", [5, 2], x => x.Ifft(norm: FftNorm.Forward), x => Dft(x, -1, 1, 1));
        yield return Transform("fft2", [2, 3, 4, 2], x => x.Fft2(), x => Dft(Dft(x, 1, -1, 1), 2, -1, 1));
        yield return Transform("ifft2", [3, 4, 2], x => x.Ifft2(), x => Dft(Dft(x, 0, 1, 1 / 3.0), 1, 1, 0.25));
        yield return Transform("fftn_sizes", [2, 3, 4, 2], x => x.FftN(sizes: [2, 5]), x => Dft(Dft(Resize(x, 5).Narrow(1, 0, 2).Contiguous(), 1, -1, 1), 2, -1, 1));
        yield return new("fft_real", [In.Real(2, 5)], x => x[0].Fft().ViewAsReal()) { DTypes = [DType.Float32], Reference = x => [Dft(FromReal(x[0]), -1, -1, 1).ViewAsReal()] };
        foreach (int n in new[] { 1, 2, 5, 8 })
        {
            yield return new($"rfft_{n}", [In.Real(3, n)], x => x[0].Rfft().ViewAsReal())
            {
                DTypes = [DType.Float32],
                Reference = x => [Dft(FromReal(x[0]), -1, -1, 1).Narrow(-1, 0, n / 2 + 1).ViewAsReal()],
            };
            yield return new($"irfft_{n}", [In.Real(3, n / 2 + 1, 2)], x => x[0].ViewAsComplex().Irfft(n))
            {
                DTypes = [DType.Float32],
                Reference = x => [Dft(Hermitian(x[0].ViewAsComplex(), n), -1, 1, 1.0 / n).Real()],
            };
        }
        yield return new("rfft_axis", [In.Real(6, 3)], x => x[0].Rfft(axis: 0, norm: FftNorm.Ortho).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Dft(FromReal(x[0]), 0, -1, 1 / Math.Sqrt(6)).Narrow(0, 0, 4).ViewAsReal()],
        };
        yield return new("irfft_default", [In.Real(4, 2)], x => x[0].ViewAsComplex().Irfft(norm: FftNorm.Forward))
        {
            DTypes = [DType.Float32],
            Reference = x => [Dft(Hermitian(x[0].ViewAsComplex(), 6), -1, 1, 1).Real()],
        };
        yield return new("irfft_axis", [In.Real(3, 11, 2)], x => x[0].ViewAsComplex().Irfft(5, axis: 0))
        {
            DTypes = [DType.Float32],
            Reference = x => [Dft(Hermitian(x[0].ViewAsComplex().Transpose(0, 1), 5), -1, 1, 0.2).Real().Transpose(0, 1)],
        };
        yield return new("rfft2", [In.Real(3, 4)], x => x[0].Rfft2().ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [Dft(Dft(FromReal(x[0]), 0, -1, 1), 1, -1, 1).Narrow(1, 0, 3).ViewAsReal()],
        };
        yield return new("irfft2", [In.Real(4, 6)], x => x[0].Rfft2().Irfft2()) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("rfftn", [In.Real(2, 3, 4)], x => x[0].RfftN().IrfftN(sizes: [2, 3, 4])) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("ifftn", [In.Real(2, 3)], x => x[0].FftN(norm: FftNorm.Ortho).IfftN(norm: FftNorm.Ortho).Real()) { DTypes = [DType.Float32], Reference = x => [x[0]] };
        yield return new("fft_shift", [In.Real(3, 4)], x => x[0].FftShift())
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 12).Select(i => x[0].ToArray<double>()[(i / 4 + 2) % 3 * 4 + (i % 4 + 2) % 4]).ToArray(), [3, 4])],
        };
        yield return new("ifft_shift", [In.Real(3, 5)], x => x[0].FftShift(1).IfftShift(-1)) { Reference = x => [x[0]] };
        yield return new("fft_frequencies", [], _ => [Tensor.FftFrequencies(5, 0.5), Tensor.FftFrequencies(4), Tensor.RfftFrequencies(5), Tensor.RfftFrequencies(2)])
        {
            Gradient = false,
            Reference = _ =>
            [
                Tensor.From([0, 0.4f, 0.8f, -0.8f, -0.4f]), Tensor.From([0, 0.25f, -0.5f, -0.25f]), Tensor.From([0, 0.2f, 0.4f]), Tensor.From([0, 0.5f]),
            ],
            Tolerance = 1e-7,
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var complex = Tensor.Zeros([3], DType.Complex64);
        yield return ErrorCase.Shape("fft_no_points", () => Tensor.Zeros([2, 0]).Fft(), "Fft: 0 points along axis 1 of [2, 0]; at least 1 is needed");
        yield return ErrorCase.Shape("fft_negative", () => Tensor.Zeros([2, 3]).Ifft(-1), "Ifft: -1 points along axis 1 of [2, 3]");
        yield return ErrorCase.Shape("fft_scalar", () => Tensor.Scalar(1).Fft(), "Fft: a scalar has no axis to transform");
        yield return ErrorCase.Shape("fft_axis_missing", () => Tensor.Zeros([2]).Fft(axis: 1), "Fft: [2] has no axis 1: it has 1");
        yield return ErrorCase.DType("rfft_complex", () => complex.Rfft(), "Rfft: complex64 is not real; use Fft, or take Real() first");
        yield return ErrorCase.Shape("irfft_default_empty", () => Tensor.Zeros([1], DType.Complex64).Irfft(), "Irfft: 0 points along axis 0 of [1]");
        yield return ErrorCase.Shape("fftn_twice", () => Tensor.Zeros([3, 2]).FftN([0, -2]), "FftN: axis 0 of [3, 2] is named twice");
        yield return ErrorCase.Shape("fftn_counts", () => complex.FftN([0], [1, 2]), "FftN: 1 axes and 2 sizes");
        yield return ErrorCase.Shape("fftn_rank", () => complex.IfftN(sizes: [1, 2]), "IfftN: 2 sizes for the 1 axes of [3]");
        yield return ErrorCase.Shape("rfftn_scalar", () => Tensor.Scalar(1).RfftN(), "RfftN: no axis to transform");
        yield return ErrorCase.Shape("irfftn_scalar", () => Tensor.Scalar(1).IrfftN(), "IrfftN: no axis to transform");
        yield return ErrorCase.Shape("frequencies_none", () => Tensor.FftFrequencies(0), "FftFrequencies: 0 points; at least 1 is needed");
    }

    private static OpCase Transform(string name, int[] shape, Func<Tensor, Tensor> f, Func<Tensor, Tensor> reference) =>
        new(name, [In.Real(shape)], x => f(x[0].ViewAsComplex()).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x => [reference(x[0].ViewAsComplex()).ViewAsReal()],
        };

    private static Tensor FromReal(Tensor x) => Tensor.From(x.ToArray<double>().Select(v => new Complex(v, 0)).ToArray(), x.Shape);

    /// <summary>The definition along one axis of complex128 numbers, times a scale, with the sign of the exponent.</summary>
    private static Tensor Dft(Tensor x, int axis, int sign, double scale)
    {
        axis = axis < 0 ? axis + x.Rank : axis;
        int n = x.Shape[axis], inner = x.Shape[(axis + 1)..].ToArray().Aggregate(1, (a, b) => a * b);
        Complex[] from = x.ToArray<Complex>(), to = new Complex[from.Length];
        for (int i = 0; i < to.Length; i++)
        {
            int k = i / inner % n, start = i - k * inner;
            for (int j = 0; j < n; j++)
                to[i] += from[start + j * inner] * Complex.FromPolarCoordinates(scale, sign * 2 * Math.PI * (j * k % n) / n);
        }
        return Tensor.From(to, x.Shape);
    }

    /// <summary>The last axis cropped or padded with zeros.</summary>
    private static Tensor Resize(Tensor x, int n)
    {
        int size = x.Shape[^1], rows = (int)x.Count / size;
        var from = x.ToArray<Complex>();
        var to = new Complex[rows * n];
        for (int i = 0; i < to.Length; i++)
            to[i] = i % n < size ? from[i / n * size + i % n] : 0;
        return Tensor.From(to, x.Shape.With(-1, n));
    }

    /// <summary>All n coefficients of real numbers from the first n / 2 + 1 on the last axis.</summary>
    private static Tensor Hermitian(Tensor x, int n)
    {
        int size = x.Shape[^1], rows = (int)x.Count / size;
        var from = x.ToArray<Complex>();
        var to = new Complex[rows * n];
        for (int i = 0; i < to.Length; i++)
        {
            int k = i % n, row = i / n * size;
            to[i] = k < size ? from[row + k] : Complex.Conjugate(from[row + n - k]);
            if (k == 0 || 2 * k == n)
                to[i] = to[i].Real;
        }
        return Tensor.From(to, x.Shape.With(-1, n));
    }
}
