using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Eigenvalues and vectors of a real symmetric matrix: Householder tridiagonalisation, then implicit QL or QR with Wilkinson's shift (Golub
/// and Van Loan, Matrix Computations, 8.3). Runs in double for every input type, on a matrix scaled by a power of two.
/// </summary>
internal static unsafe class SymmetricEigen
{
    /// <summary>
    /// Writes the n eigenvalues in ascending order and, unless <paramref name="vectors"/> is null, the matching orthonormal vectors as
    /// columns of [n, n]. Reads only the lower triangle of A, or only the upper one when <paramref name="upper"/> is set; A is left as it
    /// is.
    /// </summary>
    public static SpectralStatus Decompose<T>(bool upper, int n, T* a, int lda, T* values, T* vectors, int ldv)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n == 0)
        {
            return SpectralStatus.Ok;
        }

        using var matrix = new Scratch<double>((long)n * n);
        using var vector = new Scratch<double>(4L * n);
        double* d = vector.Pointer, e = d + n, tau = e + n, work = tau + n;
        if (!Widening.Load(n, n, a, lda, upper, true, matrix.Pointer, out int exponent))
        {
            return SpectralStatus.NonFinite;
        }

        Tridiagonalise(n, matrix.Pointer, d, e, tau, work);
        using var rows = new Scratch<double>(vectors == null ? 0 : (long)n * n);
        double* z = vectors == null ? null : rows.Pointer;
        if (z != null)
        {
            FormRows(n, matrix.Pointer, tau, z);
        }

        if (!TridiagonalQl.Iterate(n, d, e, z))
        {
            return SpectralStatus.NoConvergence;
        }

        Write(n, d, z, exponent, values, vectors, ldv);
        return SpectralStatus.Ok;
    }

    /// <summary>
    /// Reduces the lower triangle to diagonal d [n] and subdiagonal e [n - 1]. Column j keeps, below its subdiagonal, reflector j with its
    /// leading one left out, acting on rows j + 1 and later.
    /// </summary>
    private static void Tridiagonalise(int n, double* a, double* d, double* e, double* tau, double* p)
    {
        using var column = new Scratch<double>(n);
        double* v = column.Pointer;
        for (int k = 0; k < n - 1; k++)
        {
            int m = n - k - 1;
            double* first = a + (long)(k + 1) * n + k;
            tau[k] = QrFactorization.MakeReflector(m, first, n);
            d[k] = a[(long)k * n + k];
            e[k] = *first;
            if (tau[k] == 0)
            {
                continue;
            }

            v[0] = 1;
            for (int i = 1; i < m; i++)
            {
                v[i] = first[(long)i * n];
            }

            // p = tau A v from the lower triangle alone, then p -= (tau / 2)(p'v) v, then A -= v p' + p v'.
            double* block = first + 1;
            new Span<double>(p, m).Clear();
            for (int i = 0; i < m; i++)
            {
                double* row = block + (long)i * n;
                p[i] += RowOps.DotAxpy(i, row, v, v[i], p) + row[i] * v[i];
            }

            RowOps.Scale(m, tau[k], p);
            RowOps.Axpy(m, -0.5 * tau[k] * RowOps.Dot(m, p, v), v, p);
            for (int i = 0; i < m; i++)
            {
                RowOps.Axpy2(i + 1, -v[i], p, -p[i], v, block + (long)i * n);
            }
        }

        d[n - 1] = a[(long)(n - 1) * n + n - 1];
    }

    /// <summary>Rows of z are the columns of the orthogonal matrix of the reduction.</summary>
    private static void FormRows(int n, double* a, double* tau, double* z)
    {
        using var q = new Scratch<double>((long)n * n);
        BlockOps.SetIdentity(1, n, q.Pointer, n);
        for (int i = 1; i < n; i++)
        {
            q.Pointer[(long)i * n] = 0;
        }

        if (n > 1)
        {
            QrFactorization.FormQ(n - 1, n - 1, n - 1, a + n, n, tau, q.Pointer + n + 1, n);
        }

        BlockOps.Transpose(n, n, q.Pointer, n, z, n);
    }

    private static void Write<T>(int n, double* d, double* z, int exponent, T* values, T* vectors, int ldv)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var keys = new Scratch<double>(n);
        using var order = new Scratch<int>(n);
        for (int i = 0; i < n; i++)
        {
            keys.Pointer[i] = d[i];
            order.Pointer[i] = i;
        }

        new Span<double>(keys.Pointer, n).Sort(new Span<int>(order.Pointer, n));
        for (int j = 0; j < n; j++)
        {
            values[j] = T.CreateTruncating(Math.ScaleB(keys.Pointer[j], exponent));
        }

        for (int j = 0; j < n && z != null; j++)
        {
            // Of the two signs, the one that makes the largest component positive: the same on every machine, but for ties.
            double* row = z + (long)order.Pointer[j] * n;
            double sign = RowOps.SignOfLargest(n, row, 1);
            for (int i = 0; i < n; i++)
            {
                vectors[(long)i * ldv + j] = T.CreateTruncating(sign * row[i]);
            }
        }
    }
}
