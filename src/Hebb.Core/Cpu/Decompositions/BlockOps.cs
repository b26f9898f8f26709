using System.Numerics;
using System.Numerics.Tensors;

namespace Hebb.Cpu;

/// <summary>Operations on row-major blocks with a leading dimension, for the factorizations.</summary>
internal static unsafe class BlockOps
{
    private const int Slice = 256;

    // Multiply-adds from which packing, and threads, pay.
    private const long LargeWork = 1 << 18;

    /// <summary>
    /// C += sign A B, with A [m, k], B [k, n], C [m, n] and sign +1 or -1. Operands are used where they lie: meant for the k of one panel.
    /// Sums run in an order that depends on the sizes alone.
    /// </summary>
    public static void MultiplyAdd<T>(int m, int n, int k, T* a, int lda, T* b, int ldb, T* c, int ldc, T sign)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if ((long)m * n * k >= LargeWork && k >= 8 && n >= 32)
        {
            Large(m, n, k, a, lda, b, ldb, c, ldc, sign);
            return;
        }

        // Slices of k keep the strip of B that the tiles of one column share in the first-level cache.
        for (int p = 0; p < k; p += Slice)
        {
            MultiplyAddSlice(m, n, Math.Min(Slice, k - p), a + p, lda, b + (long)p * ldb, ldb, c, ldc, sign);
        }
    }

    /// <summary>target [n, m] = transpose of source [m, n].</summary>
    public static void Transpose<T>(int m, int n, T* source, long lds, T* target, long ldt)
        where T : unmanaged
    {
        const int Tile = 16;
        for (int i0 = 0; i0 < m; i0 += Tile)
        {
            int i1 = Math.Min(m, i0 + Tile);
            for (int j0 = 0; j0 < n; j0 += Tile)
            {
                int j1 = Math.Min(n, j0 + Tile);
                for (int i = i0; i < i1; i++)
                {
                    for (int j = j0; j < j1; j++)
                    {
                        target[j * ldt + i] = source[i * lds + j];
                    }
                }
            }
        }
    }

    public static void Copy<T>(int m, int n, T* source, int lds, T* target, int ldt)
        where T : unmanaged
    {
        for (int i = 0; i < m; i++)
        {
            new ReadOnlySpan<T>(source + (long)i * lds, n).CopyTo(new Span<T>(target + (long)i * ldt, n));
        }
    }

    /// <summary>Ones on the diagonal, zeros elsewhere.</summary>
    public static void SetIdentity<T>(int m, int n, T* a, int lda)
        where T : unmanaged, INumberBase<T>
    {
        for (int i = 0; i < m; i++)
        {
            new Span<T>(a + (long)i * lda, n).Clear();
            if (i < n)
            {
                a[(long)i * lda + i] = T.One;
            }
        }
    }

    private static void Large<T>(int m, int n, int k, T* a, int lda, T* b, int ldb, T* c, int ldc, T sign)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var copy = new Scratch<T>(sign < T.Zero ? (long)m * k : 0);
        if (sign < T.Zero)
        {
            for (int i = 0; i < m; i++)
            {
                TensorPrimitives.Negate(new ReadOnlySpan<T>(a + (long)i * lda, k), new Span<T>(copy.Pointer + (long)i * k, k));
            }

            a = copy.Pointer;
            lda = k;
        }

        Gemm.Run(new GemmProblem<T>
        {
            M = m,
            N = n,
            K = k,
            A = a,
            ARow = lda,
            ACol = 1,
            B = b,
            BRow = ldb,
            BCol = 1,
            C = c,
            CRow = ldc,
            Accumulate = true,
        });
    }

    private static void MultiplyAddSlice<T>(int m, int n, int k, T* a, int lda, T* b, int ldb, T* c, int ldc, T sign)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int width = 2 * Vector<T>.Count, j = 0;
        for (; j <= n - width; j += width)
        {
            int i = 0;
            for (; i <= m - 4; i += 4)
            {
                Tile4(k, a + (long)i * lda, lda, b + j, ldb, c + (long)i * ldc + j, ldc, sign);
            }

            for (; i < m; i++)
            {
                Tile1(k, a + (long)i * lda, b + j, ldb, c + (long)i * ldc + j, sign);
            }
        }

        for (int i = 0; i < m && j < n; i++)
        {
            for (int p = 0; p < k; p++)
            {
                RowOps.Axpy(n - j, sign * a[(long)i * lda + p], b + (long)p * ldb + j, c + (long)i * ldc + j);
            }
        }
    }

    private static void Tile4<T>(int k, T* a, int lda, T* b, int ldb, T* c, int ldc, T sign)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int w = Vector<T>.Count;
        T* a1 = a + lda, a2 = a1 + lda, a3 = a2 + lda;
        T* c1 = c + ldc, c2 = c1 + ldc, c3 = c2 + ldc;
        Vector<T> c00 = Vector.Load(c), c01 = Vector.Load(c + w);
        Vector<T> c10 = Vector.Load(c1), c11 = Vector.Load(c1 + w);
        Vector<T> c20 = Vector.Load(c2), c21 = Vector.Load(c2 + w);
        Vector<T> c30 = Vector.Load(c3), c31 = Vector.Load(c3 + w);
        for (int p = 0; p < k; p++)
        {
            Vector<T> b0 = Vector.Load(b), b1 = Vector.Load(b + w);
            var x = new Vector<T>(sign * a[p]);
            c00 = RowOps.MultiplyAdd(x, b0, c00);
            c01 = RowOps.MultiplyAdd(x, b1, c01);
            x = new Vector<T>(sign * a1[p]);
            c10 = RowOps.MultiplyAdd(x, b0, c10);
            c11 = RowOps.MultiplyAdd(x, b1, c11);
            x = new Vector<T>(sign * a2[p]);
            c20 = RowOps.MultiplyAdd(x, b0, c20);
            c21 = RowOps.MultiplyAdd(x, b1, c21);
            x = new Vector<T>(sign * a3[p]);
            c30 = RowOps.MultiplyAdd(x, b0, c30);
            c31 = RowOps.MultiplyAdd(x, b1, c31);
            b += ldb;
        }

        c00.Store(c);
        c01.Store(c + w);
        c10.Store(c1);
        c11.Store(c1 + w);
        c20.Store(c2);
        c21.Store(c2 + w);
        c30.Store(c3);
        c31.Store(c3 + w);
    }

    private static void Tile1<T>(int k, T* a, T* b, int ldb, T* c, T sign)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int w = Vector<T>.Count;
        Vector<T> c0 = Vector.Load(c), c1 = Vector.Load(c + w);
        for (int p = 0; p < k; p++)
        {
            var x = new Vector<T>(sign * a[p]);
            c0 = RowOps.MultiplyAdd(x, Vector.Load(b), c0);
            c1 = RowOps.MultiplyAdd(x, Vector.Load(b + w), c1);
            b += ldb;
        }

        c0.Store(c);
        c1.Store(c + w);
    }
}
