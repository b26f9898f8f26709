using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsEigenTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(34)]
    [InlineData(67)]
    public void Known_spectra_are_found(int n)
    {
        var random = new Random(n);
        double[][] spectra =
        [
            Enumerable.Range(0, n).Select(_ => 2 * random.NextDouble() - 1).ToArray(),
            Enumerable.Range(0, n).Select(i => (double)(i % 3 - 1)).ToArray(),   // repeated, and zero
            new double[n],
            Enumerable.Range(0, n).Select(i => Math.Pow(10, -i / 3.0)).ToArray(), // graded
            Enumerable.Range(0, n).Select(i => i == 0 ? 1.0 : 0).ToArray(),      // rank one
            Enumerable.Range(0, n).Select(i => 1 + 1e-14 * i).ToArray(),         // nearly the identity
        ];
        foreach (double[] spectrum in spectra)
        {
            double[,] q = Orthogonal(n, n + 5), a = Multiply(Multiply(q, Diagonal(n, n, spectrum)), Transpose(q));
            foreach (double scale in n > 40 ? new[] { 1e30 } : [1, 1e-30, 1e30])
            {
                Check<float>(a, spectrum, scale);
                Check<double>(a, spectrum, scale);
            }

            Check<double>(a, spectrum, 1e-290);
            Check<double>(a, spectrum, 1e290);
        }
    }

    private static void Check<T>(double[,] unscaled, double[] spectrum, double scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = spectrum.Length;
        var a = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                a[i, j] = unscaled[Math.Max(i, j), Math.Min(i, j)] * scale;
            }
        }

        a = Rounded<T>(a);
        double[] sorted = spectrum.Order().ToArray();
        double tolerance = 10 * (1 + n) * Epsilon<T>();
        foreach (bool upper in new[] { false, true })
        {
            (SpectralStatus status, double[] values, double[,] vectors) = Decompose<T>(a, upper, true);
            Assert.Equal(SpectralStatus.Ok, status);
            for (int i = 0; i < n; i++)
            {
                Assert.True(Math.Abs(sorted[i] - values[i] / scale) <= tolerance, $"{i}: {sorted[i]} {values[i] / scale}");
                Assert.True(i == 0 || values[i] >= values[i - 1]);
            }

            OrthonormalColumns(vectors, tolerance);
            Close(a, Multiply(Multiply(vectors, Diagonal(n, n, values)), Transpose(vectors)), tolerance * scale);
            (_, double[] alone, _) = Decompose<T>(a, upper, false);
            Assert.Equal(values, alone);
        }
    }

    [Fact]
    public void Diagonal_input_keeps_its_values_exactly()
    {
        double[,] a = Diagonal(5, 5, [3, -1, 0, 1e-20, 3]);
        (_, double[] values, double[,] vectors) = Decompose<double>(a, false, true);
        Assert.Equal([-1, 0, 1e-20, 3, 3], values);
        OrthonormalColumns(vectors, 0);
    }

    [Fact]
    public void Laplacian_has_its_closed_form_spectrum()
    {
        const int N = 60;
        var a = new double[N, N];
        for (int i = 0; i < N; i++)
        {
            a[i, i] = 2;
            if (i > 0)
            {
                a[i, i - 1] = a[i - 1, i] = -1;
            }
        }

        (_, double[] values, _) = Decompose<double>(a, false, true);
        for (int i = 0; i < N; i++)
        {
            Assert.True(Math.Abs(2 - 2 * Math.Cos((i + 1) * Math.PI / (N + 1)) - values[i]) < 1e-14 * Math.Sqrt(N));
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Non_finite_input_is_refused(double bad)
    {
        double[,] a = Random(9, 9, 1);
        a[6, 2] = a[2, 6] = bad;
        Assert.Equal(SpectralStatus.NonFinite, Decompose<double>(a, false, true).Status);
        Assert.Equal(SpectralStatus.NonFinite, Decompose<float>(a, true, false).Status);
    }

    private static (SpectralStatus Status, double[] Values, double[,] Vectors) Decompose<T>(double[,] a, bool upper, bool vectors)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = a.GetLength(0);
        double[,] half = Triangle(a, upper);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                half[i, j] = (upper ? i > j : i < j) ? double.NaN : half[i, j];
            }
        }

        T[] data = Pack<T>(half, out int lda), v = Pack<T>(new double[n, n], out int ldv), values = new T[n + 1];
        fixed (T* p = data, pv = v, pw = values)
        {
            SpectralStatus status = SymmetricEigen.Decompose(upper, n, p, lda, pw, vectors ? pv : null, ldv);
            return (status, values[..n].Select(double.CreateTruncating).ToArray(), Unpack(v, n, n, ldv));
        }
    }
}
