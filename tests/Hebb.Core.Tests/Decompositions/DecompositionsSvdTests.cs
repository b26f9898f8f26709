using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsSvdTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 0, 0 }, { 0, 3 }, { 3, 0 }, { 1, 1 }, { 1, 7 }, { 7, 1 }, { 2, 2 }, { 5, 4 }, { 4, 5 }, { 20, 20 },
        { 40, 33 }, { 33, 40 }, { 65, 65 }, { 150, 12 }, { 12, 150 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Known_singular_values_are_found(int m, int n)
    {
        int k = Math.Min(m, n);
        var random = new Random(m + n);
        double[][] spectra =
        [
            Enumerable.Range(0, k).Select(_ => random.NextDouble()).ToArray(),
            Enumerable.Range(0, k).Select(i => i < k / 2 ? 1.0 : 0).ToArray(),        // repeated; rank deficient
            new double[k],
            Enumerable.Range(0, k).Select(i => Math.Pow(10, -i)).ToArray(),           // graded
            Enumerable.Range(0, k).Select(i => i == 0 ? 1.0 : 0).ToArray(),           // rank one
            Enumerable.Range(0, k).Select(i => i == 0 ? 1.0 : 1e-9).ToArray(),        // one far above a cluster
        ];
        foreach (double[] spectrum in spectra)
        {
            double[,] a = Multiply(Multiply(Orthogonal(m, m), Diagonal(m, n, spectrum)), Transpose(Orthogonal(n, n + 1)));
            foreach (double scale in Math.Max(m, n) > 40 ? new[] { 1e30 } : [1, 1e-30, 1e30])
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
        int m = unscaled.GetLength(0), n = unscaled.GetLength(1), k = spectrum.Length;
        var a = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                a[i, j] = unscaled[i, j] * scale;
            }
        }

        a = Rounded<T>(a);
        double[] sorted = spectrum.OrderDescending().ToArray();
        double tolerance = 5 * (1 + Math.Max(m, n)) * Epsilon<T>();
        foreach (bool full in new[] { false, true })
        {
            (SpectralStatus status, double[,] u, double[] s, double[,] vt) = Decompose<T>(a, full);
            Assert.Equal(SpectralStatus.Ok, status);
            for (int i = 0; i < k; i++)
            {
                Assert.True(Math.Abs(sorted[i] - s[i] / scale) <= tolerance, $"{i}: {sorted[i]} {s[i] / scale}");
                Assert.True(s[i] >= 0 && (i == 0 || s[i] <= s[i - 1]));
            }

            OrthonormalColumns(u, tolerance);
            OrthonormalColumns(Transpose(vt), tolerance);
            Close(a, Multiply(Multiply(u, Diagonal(u.GetLength(1), vt.GetLength(0), s)), vt), tolerance * scale);
        }

        Assert.Equal(Decompose<T>(a, false).S, ValuesAlone<T>(a));
    }

    [Fact]
    public void Bidiagonal_with_zeros_on_the_diagonal_deflates()
    {
        double[,] a = new double[6, 6];
        for (int i = 0; i < 6; i++)
        {
            a[i, i] = i is 0 or 3 or 5 ? 0 : 1;
            if (i < 5)
            {
                a[i, i + 1] = 2;
            }
        }

        (SpectralStatus status, double[,] u, double[] s, double[,] vt) = Decompose<double>(a, false);
        Assert.Equal(SpectralStatus.Ok, status);
        Close(a, Multiply(Multiply(u, Diagonal(6, 6, s)), vt), 1e-14);
        OrthonormalColumns(u, 1e-14);
    }

    [Fact]
    public void Hilbert_matrix_agrees_with_numpy()
    {
        const int N = 8;
        var a = new double[N, N];
        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
            {
                a[i, j] = 1.0 / (i + j + 1);
            }
        }

        // numpy.linalg.svd of the same matrix
        double[] expected = [
            1.6959389969219496, 0.29812521131693065, 0.026212843578119066, 0.0014676881177418434, 5.436943369749203e-05,
            1.2943320918726496e-06, 1.7988737454889434e-08, 1.1115389827801427e-10,
        ];
        double[] s = Decompose<double>(a, false).S;
        for (int i = 0; i < N; i++)
        {
            Assert.True(Math.Abs(expected[i] - s[i]) < 1e-15, $"{i}: {s[i]:R}");
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public void Non_finite_input_is_refused(double bad)
    {
        double[,] a = Random(9, 4, 1);
        a[6, 2] = bad;
        Assert.Equal(SpectralStatus.NonFinite, Decompose<double>(a, false).Status);
        Assert.Equal(SpectralStatus.NonFinite, Decompose<float>(Transpose(a), true).Status);
    }

    private static (SpectralStatus Status, double[,] U, double[] S, double[,] Vt) Decompose<T>(double[,] a, bool full)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = a.GetLength(0), n = a.GetLength(1), k = Math.Min(m, n), columns = full ? m : k, rows = full ? n : k;
        T[] data = Pack<T>(a, out int lda), u = Pack<T>(new double[m, columns], out int ldu), vt = Pack<T>(new double[rows, n], out int ldvt);
        var s = new T[k + 1];
        fixed (T* p = data, pu = u, pv = vt, ps = s)
        {
            SpectralStatus status = SingularValues.Decompose(m, n, p, lda, ps, pu, ldu, columns, pv, ldvt, rows);
            return (status, Unpack(u, m, columns, ldu), s[..k].Select(double.CreateTruncating).ToArray(), Unpack(vt, rows, n, ldvt));
        }
    }

    private static double[] ValuesAlone<T>(double[,] a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = a.GetLength(0), n = a.GetLength(1), k = Math.Min(m, n);
        T[] data = Pack<T>(a, out int lda), s = new T[k + 1];
        fixed (T* p = data, ps = s)
        {
            SingularValues.Decompose(m, n, p, lda, ps, null, 0, k, null, 0, k);
        }

        return s[..k].Select(double.CreateTruncating).ToArray();
    }
}
