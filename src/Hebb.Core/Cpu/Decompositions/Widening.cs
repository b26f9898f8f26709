using System.Numerics;

namespace Hebb.Cpu;

/// <summary>Moves between the caller's precision and the double in which spectral decompositions run, with a power-of-two scale.</summary>
internal static unsafe class Widening
{
    /// <summary>
    /// Copies A [m, n], or its transpose, to contiguous doubles scaled by 2^-e so that the largest magnitude lies in [1, 2). Returns false
    /// when an element is not finite. With <paramref name="lowerOnly"/> what is above the diagonal is neither read nor written.
    /// </summary>
    public static bool Load<T>(int m, int n, T* a, int lda, bool transpose, bool lowerOnly, double* target, out int exponent)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        exponent = 0;
        double max = 0;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < (lowerOnly ? i + 1 : n); j++)
            {
                double v = double.CreateTruncating(transpose && lowerOnly ? a[(long)j * lda + i] : a[(long)i * lda + j]);
                if (!double.IsFinite(v))
                {
                    return false;
                }

                max = Math.Max(max, Math.Abs(v));
                target[transpose && !lowerOnly ? (long)j * m + i : (long)i * n + j] = v;
            }
        }

        if (max == 0)
        {
            return true;
        }

        exponent = Math.ILogB(max);
        if (exponent == 0)
        {
            return true;
        }

        // Two exact steps: 2^-e alone overflows for subnormal input.
        double half = Math.ScaleB(1, -(exponent / 2)), other = Math.ScaleB(1, -(exponent - exponent / 2));
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < (lowerOnly ? i + 1 : n); j++)
            {
                double* p = target + (transpose && !lowerOnly ? (long)j * m + i : (long)i * n + j);
                *p = *p * half * other;
            }
        }

        return true;
    }

    /// <summary>Writes a [m, n], or the transpose of a [n, m], to the caller's matrix.</summary>
    public static void Store<T>(int m, int n, double* a, int lda, bool transpose, T* target, int ldt)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Tile = 16;
        for (int i0 = 0; i0 < m; i0 += Tile)
        {
            for (int j0 = 0; j0 < n; j0 += Tile)
            {
                for (int i = i0; i < Math.Min(m, i0 + Tile); i++)
                {
                    for (int j = j0; j < Math.Min(n, j0 + Tile); j++)
                    {
                        target[(long)i * ldt + j] = T.CreateTruncating(transpose ? a[(long)j * lda + i] : a[(long)i * lda + j]);
                    }
                }
            }
        }
    }
}
