using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Householder QR with blocked (compact WY) updates (Schreiber and Van Loan 1989), in place and row-major. R lies on and above the
/// diagonal; reflector j is I - tau[j] v v' with v[j] = 1 and the rest of v below the diagonal in column j. The signs are LAPACK's: R may
/// have negative diagonal entries.
/// </summary>
internal static unsafe class QrFactorization
{
    private const int Block = 32;

    /// <summary>Factors A [m, n] in place; <paramref name="tau"/> holds min(m, n) factors.</summary>
    public static void Factor<T>(int m, int n, T* a, int lda, T* tau)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int steps = Math.Min(m, n);
        using var work = new Scratch<T>(Workspace(m, n));
        using var row = new Scratch<T>(Block);
        for (int k = 0; k < steps; k += Block)
        {
            int width = Math.Min(Block, steps - k), end = k + width;
            for (int j = k; j < end; j++)
            {
                T* top = a + (long)j * lda + j;
                tau[j] = MakeReflector(m - j, top, lda);
                ApplyReflector(m - j, end - j - 1, top, lda, tau[j], row.Pointer);
            }

            if (end < n)
            {
                ApplyBlock(true, m - k, n - end, width, a + (long)k * lda + k, lda, tau + k, a + (long)k * lda + end, lda, work.Pointer);
            }
        }
    }

    /// <summary>
    /// Writes the first <paramref name="columns"/> columns of Q (at least the number of reflectors, at most m) to q [m, columns].
    /// </summary>
    public static void FormQ<T>(int m, int columns, int reflectors, T* a, int lda, T* tau, T* q, int ldq)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        BlockOps.SetIdentity(m, columns, q, ldq);
        using var work = new Scratch<T>(Workspace(m, columns));
        for (int k = (reflectors - 1) / Block * Block; k >= 0 && reflectors > 0; k -= Block)
        {
            // Columns before k are still those of the identity, which reflectors k and later leave alone.
            int width = Math.Min(Block, reflectors - k);
            T* v = a + (long)k * lda + k;
            ApplyBlock(false, m - k, columns - k, width, v, lda, tau + k, q + (long)k * ldq + k, ldq, work.Pointer);
        }
    }

    /// <summary>Overwrites C [m, n] with Q C, or with Q' C when <paramref name="transpose"/> is set.</summary>
    public static void ApplyQ<T>(bool transpose, int m, int n, int reflectors, T* a, int lda, T* tau, T* c, int ldc)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var work = new Scratch<T>(Workspace(m, n));
        int blocks = (reflectors + Block - 1) / Block;
        for (int i = 0; i < blocks; i++)
        {
            int k = (transpose ? i : blocks - 1 - i) * Block;
            int width = Math.Min(Block, reflectors - k);
            ApplyBlock(transpose, m - k, n, width, a + (long)k * lda + k, lda, tau + k, c + (long)k * ldc, ldc, work.Pointer);
        }
    }

    /// <summary>Copies the upper triangle to r [rows, n], zeros below.</summary>
    public static void CopyR<T>(int rows, int n, T* a, int lda, T* r, int ldr)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            var target = new Span<T>(r + (long)i * ldr, n);
            int skip = Math.Min(i, n);
            target[..skip].Clear();
            if (skip < n)
            {
                new ReadOnlySpan<T>(a + (long)i * lda + skip, n - skip).CopyTo(target[skip..]);
            }
        }
    }

    /// <summary>
    /// Turns the vector x [n], elements <paramref name="stride"/> apart, into the reflector that maps it to (beta, 0, …): x[0] becomes
    /// beta, the rest becomes v[1..]. Returns tau, which is 0 when there is nothing to eliminate.
    /// </summary>
    public static T MakeReflector<T>(int n, T* x, int stride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T tail = RowOps.Norm(n - 1, x + stride, stride);
        if (tail == T.Zero)
        {
            return T.Zero;
        }

        double alpha = double.CreateTruncating(x[0]), rest = double.CreateTruncating(tail);
        double norm = double.Hypot(alpha, rest);
        double beta = alpha >= 0 ? -norm : norm;

        // alpha - beta adds numbers of one sign: at least the norm, so that each quotient is at most 1 in magnitude.
        double divisor = alpha - beta;
        for (int i = 1; i < n; i++)
        {
            x[(long)i * stride] = T.CreateTruncating(double.CreateTruncating(x[(long)i * stride]) / divisor);
        }

        x[0] = T.CreateTruncating(beta);
        return T.CreateTruncating((beta - alpha) / beta);
    }

    private static long Workspace(int m, int n) => (long)Block * (m + Block + (long)n);

    /// <summary>
    /// Applies the reflector in the column below (and at) <paramref name="top"/> to the <paramref name="n"/> columns right of it.
    /// </summary>
    private static void ApplyReflector<T>(int m, int n, T* top, int lda, T tau, T* w)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (n == 0 || tau == T.Zero)
        {
            return;
        }

        new ReadOnlySpan<T>(top + 1, n).CopyTo(new Span<T>(w, n));
        for (int i = 1; i < m; i++)
        {
            RowOps.Axpy(n, top[(long)i * lda], top + (long)i * lda + 1, w);
        }

        RowOps.Scale(n, -tau, w);
        RowOps.Axpy(n, T.One, w, top + 1);
        for (int i = 1; i < m; i++)
        {
            RowOps.Axpy(n, top[(long)i * lda], w, top + (long)i * lda + 1);
        }
    }

    /// <summary>
    /// C [m, n] = H C, or H' C, for the product H = H_0 H_1 … of <paramref name="width"/> reflectors, as I - V S V' with S upper
    /// triangular.
    /// </summary>
    private static void ApplyBlock<T>(bool transpose, int m, int n, int width, T* v, int ldv, T* tau, T* c, int ldc, T* work)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T* vt = work;                          // V' [width, m], its unit diagonal and zeros written out
        T* s = vt + (long)Block * m;           // [width, width]
        T* w = s + Block * Block;              // [width, n]
        BlockOps.Transpose(m, width, v, ldv, vt, m);
        for (int j = 0; j < width; j++)
        {
            new Span<T>(vt + (long)j * m, j).Clear();
            vt[(long)j * m + j] = T.One;
        }

        for (int j = 0; j < width; j++)
        {
            // S[:j, j] = -tau_j S[:j, :j] (V' v_j)[:j]
            for (int i = 0; i < j; i++)
            {
                s[i * Block + j] = RowOps.Dot(m - j, vt + (long)i * m + j, vt + (long)j * m + j);
            }

            for (int i = 0; i < j; i++)
            {
                T sum = T.Zero;
                for (int p = i; p < j; p++)
                {
                    sum += s[i * Block + p] * s[p * Block + j];
                }

                s[i * Block + j] = -tau[j] * sum;
            }

            s[j * Block + j] = tau[j];
        }

        new Span<T>(w, checked(width * n)).Clear();
        BlockOps.MultiplyAdd(width, n, m, vt, m, c, ldc, w, n, T.One);
        for (int q = 0; q < width; q++)
        {
            // W = S W from the top down, or S' W from the bottom up: in place either way.
            int i = transpose ? width - 1 - q : q;
            T* row = w + (long)i * n;
            RowOps.Scale(n, s[i * Block + i], row);
            for (int p = transpose ? 0 : i + 1; p < (transpose ? i : width); p++)
            {
                RowOps.Axpy(n, transpose ? s[p * Block + i] : s[i * Block + p], w + (long)p * n, row);
            }
        }

        // The head of V stands over the R of its panel, so it is read from the copy.
        for (int i = 0; i < width; i++)
        {
            T* row = c + (long)i * ldc;
            for (int p = 0; p <= i; p++)
            {
                RowOps.Axpy(n, -vt[(long)p * m + i], w + (long)p * n, row);
            }
        }

        BlockOps.MultiplyAdd(m - width, n, width, v + (long)width * ldv, ldv, w, n, c + (long)width * ldc, ldc, -T.One);
    }
}
