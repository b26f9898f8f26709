using System.Numerics;
using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>
/// Transforms between n real numbers and the first n / 2 + 1 of their complex coefficients (the others are conjugates). An even length
/// takes a complex transform of half the length, an odd one a transform of the whole. Immutable, as <see cref="FftPlan{T}"/>.
/// </summary>
internal sealed unsafe class RealFftPlan<T> : IFftPlan
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly PlanCache<RealFftPlan<T>> s_cache = new(n => new RealFftPlan<T>(n), 64, 64L << 20);

    private readonly FftPlan<T> _inner;

    // exp(-2 pi i k / n) for k up to n / 4, for even n.
    private readonly T[] _re, _im;

    private RealFftPlan(int length)
    {
        Length = length;
        bool even = length % 2 == 0;
        _inner = FftPlan<T>.For(even ? length / 2 : length);
        _re = GC.AllocateArray<T>(even ? length / 4 + 1 : 0, pinned: true);
        _im = GC.AllocateArray<T>(_re.Length, pinned: true);
        for (int k = 0; k < _re.Length; k++)
        {
            (double c, double s) = RootsOfUnity.Get(k, length);
            _re[k] = T.CreateTruncating(c);
            _im[k] = T.CreateTruncating(s);
        }
    }

    /// <summary>Real points, at least 1.</summary>
    public int Length { get; }

    /// <summary>Elements of <typeparamref name="T"/> of working memory that a transform needs.</summary>
    public long ScratchLength => _inner.ScratchLength;

    public long Bytes => _inner.Bytes + 2L * sizeof(T) * _re.Length;

    public static RealFftPlan<T> For(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return s_cache.Get(length);
    }

    /// <summary>Writes n / 2 + 1 complex numbers: output[k] = scale sum_j input[j] exp(-2 pi i j k / n).</summary>
    public void Forward(T* input, T* output, T scale, T* scratch)
    {
        int n = Length, half = n / 2;
        T* re = scratch, im = re + _inner.SplitStride;
        if (n % 2 != 0)
        {
            new ReadOnlySpan<T>(input, n).CopyTo(new Span<T>(re, n));
            new Span<T>(im, n).Clear();
            _inner.TransformSplit(scratch, out re, out im);
            Interleaved.Join(half + 1, re, im, scale, output);
            output[1] = T.Zero;
            return;
        }

        // The even points as real, the odd ones as imaginary parts.
        Interleaved.Split(half, input, re, im);
        _inner.TransformSplit(scratch, out re, out im);
        output[0] = (re[0] + im[0]) * scale;
        output[1] = T.Zero;
        output[n] = (re[0] - im[0]) * scale;
        output[n + 1] = T.Zero;
        T* wr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_re, 0), wi = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_im, 0);
        T factor = scale * T.CreateTruncating(0.5);
        for (int k = 1, l = half - 1; k <= l; k++, l--)
        {
            // Transform of the even points: (Z[k] + conj Z[l]) / 2; of the odd ones: (Z[k] - conj Z[l]) / 2i.
            T er = re[k] + re[l], ei = im[k] - im[l], or = im[k] + im[l], oi = re[l] - re[k];
            T tr = or * wr[k] - oi * wi[k], ti = or * wi[k] + oi * wr[k];
            output[2L * k] = (er + tr) * factor;
            output[2L * k + 1] = (ei + ti) * factor;
            output[2L * l] = (er - tr) * factor;
            output[2L * l + 1] = (ti - ei) * factor;
        }
    }

    /// <summary>
    /// Writes n real numbers: output[j] = scale sum_k X[k] exp(2 pi i j k / n) over all n coefficients, of which input holds the first n /
    /// 2 + 1. The imaginary parts of X[0], and of X[n / 2] for even n, are taken as 0. Input and output must not overlap.
    /// </summary>
    public void Inverse(T* input, T* output, T scale, T* scratch)
    {
        int n = Length, half = n / 2;

        // Parts are swapped, as in a backward transform of complex numbers.
        T* im = scratch, re = im + _inner.SplitStride;
        re[0] = input[0];
        im[0] = T.Zero;
        if (n % 2 != 0)
        {
            for (int k = 1; k <= half; k++)
            {
                re[k] = re[n - k] = input[2L * k];
                im[k] = input[2L * k + 1];
                im[n - k] = -im[k];
            }

            _inner.TransformSplit(scratch, out im, out re);
            for (int j = 0; j < n; j++)
            {
                output[j] = re[j] * scale;
            }

            return;
        }

        T first = input[0], last = input[n];
        re[0] = first + last;
        im[0] = first - last;
        T* wr = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_re, 0), wi = (T*)Marshal.UnsafeAddrOfPinnedArrayElement(_im, 0);
        for (int k = 1, l = half - 1; k <= l; k++, l--)
        {
            // The steps of Forward, backwards: Z = E + i O, with O = (X[k] - conj X[l]) conj(w) / 2.
            T xr = input[2L * k], xi = input[2L * k + 1], yr = input[2L * l], yi = input[2L * l + 1];
            T er = xr + yr, ei = xi - yi, dr = xr - yr, di = xi + yi;
            T or = dr * wr[k] + di * wi[k], oi = di * wr[k] - dr * wi[k];
            re[k] = er - oi;
            im[k] = ei + or;
            re[l] = er + oi;
            im[l] = or - ei;
        }

        _inner.TransformSplit(scratch, out im, out re);
        Interleaved.Join(half, re, im, scale, output);
    }
}
