using System.Numerics;
using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>
/// Forward transform of any length as a convolution with a chirp (Bluestein 1970): with c[k] = exp(-i pi k k / n),
/// X[k] = c[k] sum_j (x[j] c[j]) conj(c[k - j]).
/// </summary>
internal sealed unsafe class Bluestein<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _n, _m;
    private readonly SplitFft<T> _inner;
    private readonly T[] _chirpRe, _chirpIm;

    // Transform of the conjugate chirp, wrapped around, over m.
    private readonly T[] _kernelRe, _kernelIm;

    public Bluestein(int length)
    {
        _n = length;
        _m = FftFactors.ConvolutionLength(length);
        _inner = new SplitFft<T>(_m);
        _chirpRe = GC.AllocateArray<T>(_n, pinned: true);
        _chirpIm = GC.AllocateArray<T>(_n, pinned: true);
        _kernelRe = GC.AllocateArray<T>(_m, pinned: true);
        _kernelIm = GC.AllocateArray<T>(_m, pinned: true);

        // The kernel is transformed in double, so that its error is the rounding of the result alone.
        var exact = typeof(T) == typeof(double) ? (SplitFft<double>)(object)_inner : new SplitFft<double>(_m);
        long size = _m + FftPass<double>.Padding;
        using var scratch = new Scratch<double>(4 * size);
        double* re = scratch.Pointer, im = re + size, re2 = im + size, im2 = re2 + size;
        new Span<double>(re, _m).Clear();
        new Span<double>(im, _m).Clear();
        for (int k = 0; k < _n; k++)
        {
            (double c, double s) = RootsOfUnity.Get((long)k * k % (2L * _n), 2L * _n);
            _chirpRe[k] = T.CreateTruncating(c);
            _chirpIm[k] = T.CreateTruncating(s);
            int mirror = k == 0 ? 0 : _m - k;
            re[k] = re[mirror] = c;
            im[k] = im[mirror] = -s;
        }

        exact.Run(re, im, re2, im2);
        double* kr = exact.EndsInSecond ? re2 : re, ki = exact.EndsInSecond ? im2 : im;
        for (int k = 0; k < _m; k++)
        {
            _kernelRe[k] = T.CreateTruncating(kr[k] / _m);
            _kernelIm[k] = T.CreateTruncating(ki[k] / _m);
        }
    }

    public int Capacity => _m;

    public long Bytes => _inner.Bytes + 2L * sizeof(T) * (_n + (long)_m);

    /// <summary>Transforms the n points in (xr, xi) in place. All buffers hold <see cref="Capacity"/> points and padding.</summary>
    public void Run(T* xr, T* xi, T* yr, T* yi)
    {
        T* cr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_chirpRe, 0), ci = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_chirpIm, 0);
        T* kr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_kernelRe, 0), ki = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_kernelIm, 0);
        Multiply(_n, xr, xi, cr, ci, T.One, xr, xi);
        new Span<T>(xr + _n, _m - _n).Clear();
        new Span<T>(xi + _n, _m - _n).Clear();
        _inner.Run(xr, xi, yr, yi);
        bool swapped = _inner.EndsInSecond;
        T* ar = swapped ? yr : xr, ai = swapped ? yi : xi, br = swapped ? xr : yr, bi = swapped ? xi : yi;

        // Conjugating before and after turns the forward transform into the backward one.
        Multiply(_m, ar, ai, kr, ki, -T.One, ar, ai);
        _inner.Run(ar, ai, br, bi);
        ar = swapped ? br : ar;
        ai = swapped ? bi : ai;
        for (int k = 0; k < _n; k++)
        {
            T re = ar[k], im = -ai[k];
            xr[k] = re * cr[k] - im * ci[k];
            xi[k] = re * ci[k] + im * cr[k];
        }
    }

    /// <summary>z = x y, its imaginary part times <paramref name="sign"/>.</summary>
    private static void Multiply(int n, T* xr, T* xi, T* yr, T* yi, T sign, T* zr, T* zi)
    {
        int i = 0;
        var s = new Vector<T>(sign);
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> a = Vector.Load(xr + i), b = Vector.Load(xi + i), c = Vector.Load(yr + i), d = Vector.Load(yi + i);
            RowOps.MultiplyAdd(-b, d, a * c).Store(zr + i);
            (RowOps.MultiplyAdd(b, c, a * d) * s).Store(zi + i);
        }

        for (; i < n; i++)
        {
            T a = xr[i], b = xi[i], c = yr[i], d = yi[i];
            zr[i] = a * c - b * d;
            zi[i] = (a * d + b * c) * sign;
        }
    }
}
