using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsQrTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 0, 0 }, { 0, 3 }, { 3, 0 }, { 1, 1 }, { 1, 6 }, { 6, 1 }, { 4, 4 }, { 9, 5 }, { 5, 9 }, { 32, 32 },
        { 70, 33 }, { 33, 70 }, { 101, 101 }, { 300, 20 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Q_is_orthonormal_and_QR_reconstructs(int m, int n)
    {
        foreach (double scale in new[] { 1, 1e-30, 1e30 })
        {
            Check<float>(m, n, Random(m, n, m + 3 * n, scale), scale);
            Check<double>(m, n, Random(m, n, m + 3 * n, scale), scale);
        }

        Check<double>(m, n, Random(m, n, m + 3 * n, 1e-300), 1e-300);
        Check<double>(m, n, Random(m, n, m + 3 * n, 1e300), 1e300);
    }

    private static void Check<T>(int m, int n, double[,] matrix, double scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int k = Math.Min(m, n);
        double[,] a = Rounded<T>(matrix);
        T[] data = Pack<T>(a, out int lda), tau = new T[k + 1];
        fixed (T* p = data, pt = tau)
        {
            QrFactorization.Factor(m, n, p, lda, pt);
            foreach (int columns in new[] { k, m })
            {
                T[] q = Pack<T>(new double[m, columns], out int ldq), r = Pack<T>(new double[columns, n], out int ldr);
                fixed (T* pq = q, pr = r)
                {
                    QrFactorization.FormQ(m, columns, k, p, lda, pt, pq, ldq);
                    QrFactorization.CopyR(columns, n, p, lda, pr, ldr);
                }

                double[,] qs = Unpack(q, m, columns, ldq), rs = Unpack(r, columns, n, ldr);
                double tolerance = 10 * (1 + Math.Sqrt(m)) * Epsilon<T>();
                OrthonormalColumns(qs, tolerance);
                Close(Triangle(rs, upper: true), rs, 0);
                Close(a, Multiply(qs, rs), tolerance * Math.Sqrt(m + 1.0) * scale);
            }

            Apply(m, k, p, lda, pt);
        }
    }

    private static void Apply<T>(int m, int k, T* factors, int lda, T* tau)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T[] q = Pack<T>(new double[m, m], out int ldq);
        double[,] c = Rounded<T>(Random(m, 6, 2));
        T[] forward = Pack<T>(c, out int ldc), backward = Pack<T>(c, out _);
        fixed (T* pq = q, pf = forward, pb = backward)
        {
            QrFactorization.FormQ(m, m, k, factors, lda, tau, pq, ldq);
            QrFactorization.ApplyQ(false, m, 6, k, factors, lda, tau, pf, ldc);
            QrFactorization.ApplyQ(true, m, 6, k, factors, lda, tau, pb, ldc);
        }

        double[,] full = Unpack(q, m, m, ldq);
        double tolerance = 20 * (1 + m) * Epsilon<T>();
        Close(Multiply(full, c), Unpack(forward, m, 6, ldc), tolerance);
        Close(Multiply(Transpose(full), c), Unpack(backward, m, 6, ldc), tolerance);
    }

    [Fact]
    public void Signs_are_lapacks()
    {
        // numpy.linalg.qr([[3, 1], [4, 2]]) = ([[-0.6, -0.8], [-0.8, 0.6]], [[-5, -2.2], [0, 0.4]])
        double* a = stackalloc double[] { 3, 1, 4, 2 };
        double* tau = stackalloc double[2];
        double* q = stackalloc double[4];
        QrFactorization.Factor(2, 2, a, 2, tau);
        QrFactorization.FormQ(2, 2, 2, a, 2, tau, q, 2);
        double[] expected = [-0.6, -0.8, -0.8, 0.6, -5, -2.2, 0.4], actual = [q[0], q[1], q[2], q[3], a[0], a[1], a[3]];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 14);
        }
    }

    [Fact]
    public void Rank_deficient_and_zero_matrices_factor()
    {
        double[,] deficient = Multiply(Random(20, 3, 1), Random(3, 12, 2));
        Check<double>(20, 12, deficient, 1);
        Check<double>(6, 6, new double[6, 6], 1);
    }
}
