using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// LU with partial pivoting, P A = L U (Golub and Van Loan, Matrix Computations, 3.4), in place and row-major: the unit lower L below the
/// diagonal, U on and above it. <c>pivots[i]</c> is the row that was swapped with row i at step i.
/// </summary>
internal static unsafe class LuFactorization
{
    private const int Block = 32;

    /// <summary>Factors A [m, n] in place. Returns the index of the first zero pivot, or -1 when there is none.</summary>
    public static int Factor<T>(int m, int n, T* a, int lda, int* pivots)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int singular = -1, steps = Math.Min(m, n);
        for (int k = 0; k < steps; k += Block)
        {
            int width = Math.Min(Block, steps - k), end = k + width;
            for (int j = k; j < end; j++)
            {
                int pivot = FindPivot(m, a, lda, j);
                pivots[j] = pivot;
                if (pivot != j)
                {
                    RowOps.Swap(n, a + (long)j * lda, a + (long)pivot * lda);
                }

                T* top = a + (long)j * lda;
                if (top[j] == T.Zero)
                {
                    singular = singular < 0 ? j : singular;
                    continue;
                }

                for (int i = j + 1; i < m; i++)
                {
                    T* row = a + (long)i * lda;
                    row[j] /= top[j];
                    RowOps.Axpy(end - j - 1, -row[j], top + j + 1, row + j + 1);
                }
            }

            if (end < n)
            {
                T* right = a + (long)k * lda + end;
                TriangularSolve.Left(false, false, true, width, n - end, a + (long)k * lda + k, lda, right, lda);
                BlockOps.MultiplyAdd(
                    m - end, n - end, width, a + (long)end * lda + k, lda, right, lda, a + (long)end * lda + end, lda, -T.One);
            }
        }

        return singular;
    }

    /// <summary>Overwrites B [n, k] with the X of A X = B (or A' X = B), given the factors of a square A.</summary>
    public static void Solve<T>(bool transpose, int n, int k, T* lu, int lda, int* pivots, T* b, int ldb)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (transpose)
        {
            TriangularSolve.Left(true, true, false, n, k, lu, lda, b, ldb);
            TriangularSolve.Left(false, true, true, n, k, lu, lda, b, ldb);
            for (int i = n - 1; i >= 0; i--)
            {
                SwapRows(i, pivots[i], k, b, ldb);
            }

            return;
        }

        for (int i = 0; i < n; i++)
        {
            SwapRows(i, pivots[i], k, b, ldb);
        }

        TriangularSolve.Left(false, false, true, n, k, lu, lda, b, ldb);
        TriangularSolve.Left(true, false, false, n, k, lu, lda, b, ldb);
    }

    /// <summary>Writes the inverse of the factored square matrix to <paramref name="inverse"/> [n, n].</summary>
    public static void Inverse<T>(int n, T* lu, int lda, int* pivots, T* inverse, int ldi)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BlockOps.SetIdentity(n, n, inverse, ldi);
        Solve(false, n, n, lu, lda, pivots, inverse, ldi);
    }

    /// <summary>Determinant from the factors of a square matrix; 1 when n is 0.</summary>
    public static T Determinant<T>(int n, T* lu, int lda, int* pivots)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // A running exponent keeps the product in range when only intermediate ones would overflow.
        double product = 1;
        long exponent = 0;
        for (int i = 0; i < n; i++)
        {
            double d = double.CreateTruncating(lu[(long)i * lda + i]);
            product *= pivots[i] == i ? d : -d;
            if (product == 0 || !double.IsFinite(product))
            {
                break;
            }

            int e = Math.ILogB(product);
            product = Math.ScaleB(product, -e);
            exponent += e;
        }

        return T.CreateTruncating(Math.ScaleB(product, (int)Math.Clamp(exponent, -5000, 5000)));
    }

    /// <summary>
    /// Sign and natural logarithm of the absolute determinant: (0, -inf) for a zero pivot, (1, 0) when n is 0.
    /// </summary>
    public static (T Sign, T LogAbs) SignLogDeterminant<T>(int n, T* lu, int lda, int* pivots)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sign = 1, log = 0;
        for (int i = 0; i < n; i++)
        {
            double d = double.CreateTruncating(lu[(long)i * lda + i]);
            sign = double.IsNaN(d) ? double.NaN : d == 0 ? 0 : (d < 0) ^ (pivots[i] != i) ? -sign : sign;
            log += Math.Log(Math.Abs(d));
        }

        return (T.CreateTruncating(sign), T.CreateTruncating(log));
    }

    /// <summary>
    /// Turns the swaps of the <paramref name="steps"/> steps into the row order: row i of P A is row permutation[i] of A.
    /// </summary>
    public static void Permutation(int m, int steps, int* pivots, int* permutation)
    {
        for (int i = 0; i < m; i++)
        {
            permutation[i] = i;
        }

        for (int i = 0; i < steps; i++)
        {
            (permutation[i], permutation[pivots[i]]) = (permutation[pivots[i]], permutation[i]);
        }
    }

    private static int FindPivot<T>(int m, T* a, int lda, int j)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int pivot = j;
        T best = T.Abs(a[(long)j * lda + j]);
        for (int i = j + 1; i < m; i++)
        {
            T v = T.Abs(a[(long)i * lda + j]);
            if (v > best)
            {
                best = v;
                pivot = i;
            }
        }

        return pivot;
    }

    private static void SwapRows<T>(int i, int j, int k, T* b, int ldb)
        where T : unmanaged
    {
        if (i != j)
        {
            RowOps.Swap(k, b + (long)i * ldb, b + (long)j * ldb);
        }
    }
}
