using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// A = L L' of a symmetric positive definite matrix (Golub and Van Loan, Matrix Computations, 4.2), in place and row-major. Only the
/// lower triangle is read.
/// </summary>
internal static unsafe class CholeskyFactorization
{
    private const int Block = 32;

    /// <summary>
    /// Overwrites the lower triangle of A [n, n] with L and clears what is above it. Returns -1, or the index i of the pivot at which the
    /// leading minor of order i + 1 was found not positive definite (or not a number); A is then left half done.
    /// </summary>
    public static int Factor<T>(int n, T* a, int lda)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var panel = new Scratch<T>((long)Block * n);
        for (int k = 0; k < n; k += Block)
        {
            int width = Math.Min(Block, n - k), end = k + width, rest = n - end;
            int bad = Unblocked(width, a + (long)k * lda + k, lda);
            if (bad >= 0)
            {
                return k + bad;
            }

            if (rest == 0)
            {
                break;
            }

            T* below = a + (long)end * lda + k;
            TriangularSolve.Right(false, true, false, rest, width, a + (long)k * lda + k, lda, below, lda);
            BlockOps.Transpose(rest, width, below, lda, panel.Pointer, rest);
            for (int i = 0; i < rest; i += Block)
            {
                int rows = Math.Min(Block, rest - i);
                BlockOps.MultiplyAdd(
                    rows, i + rows, width, below + (long)i * lda, lda, panel.Pointer, rest, a + (long)(end + i) * lda + end, lda, -T.One);
            }
        }

        for (int i = 0; i < n; i++)
        {
            new Span<T>(a + (long)i * lda + i + 1, n - i - 1).Clear();
        }

        return -1;
    }

    /// <summary>Overwrites B [n, k] with the X of L L' X = B.</summary>
    public static void Solve<T>(int n, int k, T* l, int ldl, T* b, int ldb)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        TriangularSolve.Left(false, false, false, n, k, l, ldl, b, ldb);
        TriangularSolve.Left(false, true, false, n, k, l, ldl, b, ldb);
    }

    private static int Unblocked<T>(int n, T* a, int lda)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (int i = 0; i < n; i++)
        {
            T* row = a + (long)i * lda;
            for (int j = 0; j < i; j++)
            {
                T* other = a + (long)j * lda;
                row[j] = (row[j] - RowOps.Dot(j, row, other)) / other[j];
            }

            T d = row[i] - RowOps.Dot(i, row, row);
            if (!(d > T.Zero) || T.IsInfinity(d))
            {
                return i;
            }

            row[i] = T.Sqrt(d);
        }

        return -1;
    }
}
