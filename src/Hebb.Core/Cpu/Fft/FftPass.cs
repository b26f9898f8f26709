using System.Numerics;
using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>
/// One pass of a self-sorting (Stockham) transform. With s the product of the radices before this one, r, and m the product of those after
/// it: the points x[q + s (p + m k)], k = 0…r-1, go through the butterfly (p, q), whose result j times exp(-2 pi i p j / (r m)) becomes y[q
/// + s (r p + j)].
/// </summary>
internal sealed unsafe class FftPass<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _radix, _stride, _groups;

    // The first pass has s = 1 and runs its lanes over p: twiddles lie by j, then p. In later ones lanes run over q: by p, then j.
    private readonly T[] _re, _im;

    // Powers of the root of unity of a radix that has no butterfly of its own.
    private readonly T[] _cos, _sin;

    public FftPass(int length, int radix, int stride)
    {
        _radix = radix;
        _stride = stride;
        _groups = length / radix / stride;
        int count = (radix - 1) * _groups;
        _re = GC.AllocateArray<T>(count + Padding, pinned: true);
        _im = GC.AllocateArray<T>(count + Padding, pinned: true);
        for (int p = 0; p < _groups; p++)
        {
            for (int j = 1; j < radix; j++)
            {
                (double re, double im) = RootsOfUnity.Get((long)p * j, (long)_groups * radix);
                int at = stride == 1 ? (j - 1) * _groups + p : p * (radix - 1) + j - 1;
                _re[at] = T.CreateTruncating(re);
                _im[at] = T.CreateTruncating(im);
            }
        }

        int powers = radix is 2 or 3 or 4 or 5 or 8 ? 0 : radix;
        _cos = new T[powers];
        _sin = new T[powers];
        for (int t = 0; t < powers; t++)
        {
            (double re, double im) = RootsOfUnity.Get(t, radix);
            _cos[t] = T.CreateTruncating(re);
            _sin[t] = T.CreateTruncating(-im);
        }
    }

    /// <summary>How many elements past the end of a buffer a pass may read or overwrite.</summary>
    public static int Padding => Math.Max(16, Vector<T>.Count);

    public long Bytes => (_re.LongLength + _im.LongLength + _cos.Length + _sin.Length) * sizeof(T);

    public void Run(T* xr, T* xi, T* yr, T* yi)
    {
        switch (_radix)
        {
            case 2:
                Run<Radix2>(xr, xi, yr, yi);
                break;
            case 3:
                Run<Radix3>(xr, xi, yr, yi);
                break;
            case 4:
                Run<Radix4>(xr, xi, yr, yi);
                break;
            case 5:
                Run<Radix5>(xr, xi, yr, yi);
                break;
            case 8:
                Run<Radix8>(xr, xi, yr, yi);
                break;
            default:
                FftGeneralPass.Run(_radix, _stride, _groups, _re, _im, _cos, _sin, xr, xi, yr, yi);
                break;
        }
    }

    // Whole vectors only, in all three loops. A last one that does not fit is moved back over points already done, whose results it
    // repeats. Where there are fewer points than lanes, the other lanes compute nonsense: what follows overwrites it, in ascending order,
    // or it is padding.
    private void Run<TRadix>(T* xr, T* xi, T* yr, T* yi)
        where TRadix : struct, IRadix
    {
        if (_stride == 1 && _groups > 1)
        {
            RunFirst<TRadix>(xr, xi, yr, yi);
        }
        else if (_groups > 1)
        {
            RunLater<TRadix, TwiddleShared>(xr, xi, yr, yi);
        }
        else
        {
            RunLater<TRadix, TwiddleNone>(xr, xi, yr, yi);
        }
    }

    private void RunLater<TRadix, TTwiddles>(T* xr, T* xi, T* yr, T* yi)
        where TRadix : struct, IRadix
        where TTwiddles : struct, ITwiddles
    {
        T* wr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_re, 0), wi = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_im, 0);
        int s = _stride, last = Math.Max(0, s - Vector<T>.Count), r = _radix;
        nint xs = (nint)s * _groups;
        for (int p = 0; p < _groups; p++)
        {
            for (int q = 0; ; q = Math.Min(q + Vector<T>.Count, last))
            {
                TRadix.Compute<T, TTwiddles>(xr + q, xi + q, xs, yr + q, yi + q, s, wr, wi, 1);
                if (q == last)
                {
                    break;
                }
            }

            xr += s;
            xi += s;
            yr += (nint)r * s;
            yi += (nint)r * s;
            wr += r - 1;
            wi += r - 1;
        }
    }

    private void RunFirst<TRadix>(T* xr, T* xi, T* yr, T* yi)
        where TRadix : struct, IRadix
    {
        T* wr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_re, 0), wi = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_im, 0);
        int v = Vector<T>.Count, m = _groups, last = Math.Max(0, m - v), lanes = Math.Min(v, m), r = _radix;
        T* re = stackalloc T[8 * v], im = stackalloc T[8 * v];
        for (int p = 0; ; p = Math.Min(p + v, last))
        {
            TRadix.Compute<T, TwiddlePerLane>(xr + p, xi + p, m, re, im, v, wr + p, wi + p, m);
            T* tr = yr + (nint)p * r, ti = yi + (nint)p * r;
            for (int lane = 0; lane < lanes; lane++)
            {
                for (int j = 0; j < r; j++)
                {
                    *tr++ = re[j * v + lane];
                    *ti++ = im[j * v + lane];
                }
            }

            if (p == last)
            {
                break;
            }
        }
    }
}
