using System.Numerics;

namespace Hebb.Cpu;

/// <summary>A pass of any odd radix, by the definition of the transform with the symmetry of its roots used once.</summary>
internal static unsafe class FftGeneralPass
{
    public static void Run<T>(
        int radix, int stride, int groups, T[] wr, T[] wi, T[] cos, T[] sin, T* xr, T* xi, T* yr, T* yi)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Sums and differences of the points k and radix - k.
        int half = (radix - 1) / 2, v = Vector<T>.Count;
        using var scratch = new Scratch<T>((4L * half + 2L * radix) * v);
        T* sr = scratch.Pointer, si = sr + half * v, dr = si + half * v, di = dr + half * v, br = di + half * v, bi = br + radix * v;
        nint xs = (nint)stride * groups;
        for (int p = 0; p < groups; p++)
        {
            for (int q = 0, last = Math.Max(0, stride - v); ; q = Math.Min(q + v, last))
            {
                T* ar = xr + (nint)stride * p + q, ai = xi + (nint)stride * p + q;
                for (int k = 1; k <= half; k++)
                {
                    Vector<T> a = Vector.Load(ar + k * xs), b = Vector.Load(ar + (radix - k) * xs);
                    (a + b).Store(sr + (k - 1) * v);
                    (a - b).Store(dr + (k - 1) * v);
                    a = Vector.Load(ai + k * xs);
                    b = Vector.Load(ai + (radix - k) * xs);
                    (a + b).Store(si + (k - 1) * v);
                    (a - b).Store(di + (k - 1) * v);
                }

                for (int j = 0; j <= half; j++)
                {
                    Vector<T> mr = Vector.Load(ar), mi = Vector.Load(ai), ur = default, ui = default;
                    for (int k = 0, t = j; k < half; k++, t = t + j < radix ? t + j : t + j - radix)
                    {
                        Vector<T> c = new(cos[t]), s = new(sin[t]);
                        mr = RowOps.MultiplyAdd(c, Vector.Load(sr + k * v), mr);
                        mi = RowOps.MultiplyAdd(c, Vector.Load(si + k * v), mi);
                        ur = RowOps.MultiplyAdd(s, Vector.Load(dr + k * v), ur);
                        ui = RowOps.MultiplyAdd(s, Vector.Load(di + k * v), ui);
                    }

                    (mr + ui).Store(br + j * v);
                    (mi - ur).Store(bi + j * v);
                    if (j > 0)
                    {
                        (mr - ui).Store(br + (radix - j) * v);
                        (mi + ur).Store(bi + (radix - j) * v);
                    }
                }

                nint target = (nint)stride * radix * p + q;
                Vector.Load(br).Store(yr + target);
                Vector.Load(bi).Store(yi + target);
                for (int j = 1; j < radix; j++)
                {
                    // The first pass orders its twiddles the other way round.
                    int at = stride == 1 ? (j - 1) * groups + p : p * (radix - 1) + j - 1;
                    Vector<T> c = new(wr[at]), s = new(wi[at]), r = Vector.Load(br + j * v), i = Vector.Load(bi + j * v);
                    RowOps.MultiplyAdd(-i, s, r * c).Store(yr + target + (nint)j * stride);
                    RowOps.MultiplyAdd(i, c, r * s).Store(yi + target + (nint)j * stride);
                }

                if (q == last)
                {
                    break;
                }
            }
        }
    }
}
