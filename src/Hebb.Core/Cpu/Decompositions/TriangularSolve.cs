using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Solves with a triangular matrix A [n, n], row-major. Only the named triangle of A is read, and not its diagonal when
/// <c>unit</c> is set. A zero on the diagonal gives infinities or NaN, as the division does.
/// </summary>
internal static unsafe class TriangularSolve
{
    private const int Block = 32;

    /// <summary>Overwrites B [n, k] with the X of op(A) X = B, where op transposes when <paramref name="transpose"/> is set.</summary>
    public static void Left<T>(bool upper, bool transpose, bool unit, int n, int k, T* a, int lda, T* b, int ldb)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n == 0 || k == 0)
        {
            return;
        }

        if (k < 4)
        {
            using var column = new Scratch<T>(n);
            for (int j = 0; j < k; j++)
            {
                T* x = column.Pointer;
                for (int i = 0; i < n; i++)
                {
                    x[i] = b[(long)i * ldb + j];
                }

                Vector(upper, transpose, unit, n, a, lda, x);
                for (int i = 0; i < n; i++)
                {
                    b[(long)i * ldb + j] = x[i];
                }
            }

            return;
        }

        if (transpose)
        {
            using var t = new Scratch<T>((long)n * n);
            BlockOps.Transpose(n, n, a, lda, t.Pointer, n);
            Left(!upper, false, unit, n, k, t.Pointer, n, b, ldb);
            return;
        }

        int blocks = (n + Block - 1) / Block;
        for (int q = 0; q < blocks; q++)
        {
            int i0 = (upper ? blocks - 1 - q : q) * Block, rows = Math.Min(Block, n - i0), i1 = i0 + rows;
            T* target = b + (long)i0 * ldb;

            // What is already solved lies above (lower A) or below (upper A).
            int s0 = upper ? i1 : 0, s1 = upper ? n : i0;
            BlockOps.MultiplyAdd(rows, k, s1 - s0, a + (long)i0 * lda + s0, lda, b + (long)s0 * ldb, ldb, target, ldb, -T.One);
            for (int r = 0; r < rows; r++)
            {
                int i = upper ? i1 - 1 - r : i0 + r;
                T* row = b + (long)i * ldb;
                for (int p = upper ? i + 1 : i0; p < (upper ? i1 : i); p++)
                {
                    RowOps.Axpy(k, -a[(long)i * lda + p], b + (long)p * ldb, row);
                }

                if (!unit)
                {
                    Divide(k, a[(long)i * lda + i], row);
                }
            }
        }
    }

    /// <summary>Overwrites B [m, n] with the X of X op(A) = B, where op transposes when <paramref name="transpose"/> is set.</summary>
    public static void Right<T>(bool upper, bool transpose, bool unit, int m, int n, T* a, int lda, T* b, int ldb)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (m < 4)
        {
            for (int i = 0; i < m; i++)
            {
                Vector(upper, !transpose, unit, n, a, lda, b + (long)i * ldb);
            }

            return;
        }

        if (transpose)
        {
            using var t = new Scratch<T>((long)n * n);
            BlockOps.Transpose(n, n, a, lda, t.Pointer, n);
            Right(!upper, false, unit, m, n, t.Pointer, n, b, ldb);
            return;
        }

        int blocks = (n + Block - 1) / Block;
        for (int q = 0; q < blocks; q++)
        {
            int j0 = (upper ? q : blocks - 1 - q) * Block, columns = Math.Min(Block, n - j0), j1 = j0 + columns;
            for (int i = 0; i < m; i++)
            {
                Vector(upper, true, unit, columns, a + (long)j0 * lda + j0, lda, b + (long)i * ldb + j0);
            }

            int r0 = upper ? j1 : 0, r1 = upper ? n : j0;
            BlockOps.MultiplyAdd(m, r1 - r0, columns, b + j0, ldb, a + (long)j0 * lda + r0, lda, b + r0, ldb, -T.One);
        }
    }

    /// <summary>Overwrites the contiguous x [n] with the solution of op(A) x = b.</summary>
    public static void Vector<T>(bool upper, bool transpose, bool unit, int n, T* a, int lda, T* x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Forward when the first unknown stands alone in the first equation.
        bool forward = upper == transpose;
        for (int q = 0; q < n; q++)
        {
            int i = forward ? q : n - 1 - q;
            T* row = a + (long)i * lda;
            int from = upper ? i + 1 : 0, count = upper ? n - 1 - i : i;
            if (!transpose)
            {
                x[i] -= RowOps.Dot(count, row + from, x + from);
            }

            if (!unit)
            {
                x[i] /= row[i];
            }

            if (transpose)
            {
                RowOps.Axpy(count, -x[i], row + from, x + from);
            }
        }
    }

    private static void Divide<T>(int n, T divisor, T* x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var d = new Vector<T>(divisor);
        int i = 0;
        for (; i <= n - System.Numerics.Vector<T>.Count; i += System.Numerics.Vector<T>.Count)
        {
            (System.Numerics.Vector.Load(x + i) / d).Store(x + i);
        }

        for (; i < n; i++)
        {
            x[i] /= divisor;
        }
    }
}
