using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Singular value decomposition A = U S V' of any real matrix: QR when it is not square, Householder bidiagonalisation, implicit QR on the
/// bidiagonal (Golub and Kahan 1965; Demmel and Kahan 1990). Runs in double for every input type, on a matrix scaled by a power of two.
/// </summary>
internal static unsafe class SingularValues
{
    /// <summary>
    /// Writes the k = min(m, n) singular values in descending order, U [m, uColumns] and V' [vRows, n]. <paramref name="uColumns"/> and
    /// <paramref name="vRows"/> are k (reduced) or m and n (full). With a null <paramref name="u"/> and <paramref name="vt"/>, only the
    /// values. The largest component of each of the first k columns of U is positive. A is left as it is.
    /// </summary>
    public static SpectralStatus Decompose<T>(
        int m, int n, T* a, int lda, T* values, T* u, int ldu, int uColumns, T* vt, int ldvt, int vRows)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Below, the matrix is tall: a wide one is transposed, which swaps the roles of U and V.
        bool wide = m < n;
        int tall = wide ? n : m, k = wide ? m : n, columns = wide ? vRows : uColumns;
        bool wanted = u != null;
        if (k == 0)
        {
            if (wanted)
            {
                BlockOps.SetIdentity(m, uColumns, u, ldu);
                BlockOps.SetIdentity(vRows, n, vt, ldvt);
            }

            return SpectralStatus.Ok;
        }

        using var matrix = new Scratch<double>((long)tall * k);
        if (!Widening.Load(m, n, a, lda, wide, false, matrix.Pointer, out int exponent))
        {
            return SpectralStatus.NonFinite;
        }

        using var vectors = new Scratch<double>(2L * k);
        double* d = vectors.Pointer, tau = d + k;
        using var square = new Scratch<double>((long)k * k);
        double* core = matrix.Pointer;
        if (tall > k)
        {
            QrFactorization.Factor(tall, k, matrix.Pointer, k, tau);
            core = square.Pointer;
            QrFactorization.CopyR(k, k, matrix.Pointer, k, core, k);
        }

        // Rows of these are the left and right singular vectors.
        using var left = new Scratch<double>(wanted ? (long)k * k : 0);
        using var right = new Scratch<double>(wanted ? (long)k * k : 0);
        if (!SquareSvd.Decompose(k, core, d, wanted ? left.Pointer : null, wanted ? right.Pointer : null))
        {
            return SpectralStatus.NoConvergence;
        }

        for (int i = 0; i < k; i++)
        {
            values[i] = T.CreateTruncating(Math.ScaleB(d[i], exponent));
        }

        if (!wanted)
        {
            return SpectralStatus.Ok;
        }

        // Long vectors, as columns [tall, columns]: Q applied to the short ones, with the identity for what completes the basis.
        using var full = new Scratch<double>((long)tall * columns);
        BlockOps.SetIdentity(tall, columns, full.Pointer, columns);
        BlockOps.Transpose(k, k, left.Pointer, k, full.Pointer, columns);
        if (tall > k)
        {
            QrFactorization.ApplyQ(false, tall, columns, k, matrix.Pointer, k, tau, full.Pointer, columns);
        }

        for (int j = 0; j < k; j++)
        {
            double* column = full.Pointer + j, row = right.Pointer + (long)j * k;
            if (wide ? RowOps.SignOfLargest(k, row, 1) < 0 : RowOps.SignOfLargest(tall, column, columns) < 0)
            {
                RowOps.Scale(k, -1.0, row);
                for (int i = 0; i < tall; i++)
                {
                    column[(long)i * columns] = -column[(long)i * columns];
                }
            }
        }

        if (wide)
        {
            Widening.Store(m, uColumns, right.Pointer, k, true, u, ldu);
            Widening.Store(vRows, n, full.Pointer, columns, true, vt, ldvt);
        }
        else
        {
            Widening.Store(m, uColumns, full.Pointer, columns, false, u, ldu);
            Widening.Store(vRows, n, right.Pointer, k, false, vt, ldvt);
        }

        return SpectralStatus.Ok;
    }
}
