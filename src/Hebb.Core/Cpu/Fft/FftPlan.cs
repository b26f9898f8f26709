using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Discrete Fourier transform of complex numbers, interleaved (re, im), of one length: X[k] = sum_j x[j] exp(-+2 pi i j k / n). Mixed
/// radix, or Bluestein's algorithm where a prime factor is too large for that to pay. Immutable: any number of threads may use it at once.
/// </summary>
internal sealed unsafe class FftPlan<T> : IFftPlan
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private static readonly PlanCache<FftPlan<T>> s_cache = new(n => new FftPlan<T>(n), 64, 64L << 20);

    private readonly SplitFft<T>? _direct;
    private readonly Bluestein<T>? _chirp;
    private readonly long _size;

    private FftPlan(int length)
    {
        Length = length;

        // Two transforms of the longer length, and the passes around them.
        bool large = FftFactors.Split(length).Any(p => p > 11);
        if (large && 2.5 * FftFactors.Cost(FftFactors.ConvolutionLength(length)) < FftFactors.Cost(length))
        {
            _chirp = new Bluestein<T>(length);
        }
        else
        {
            _direct = new SplitFft<T>(length);
        }

        _size = (_chirp?.Capacity ?? length) + (long)FftPass<T>.Padding;
    }

    /// <summary>Complex points, at least 1.</summary>
    public int Length { get; }

    /// <summary>Elements of <typeparamref name="T"/> (not complex ones) of working memory that a transform needs.</summary>
    public long ScratchLength => 4 * _size;

    public long Bytes => _direct?.Bytes ?? _chirp!.Bytes;

    public bool UsesBluestein => _chirp != null;

    /// <summary>The plan for a length, made on first use and kept while it is among those used last.</summary>
    public static FftPlan<T> For(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        return s_cache.Get(length);
    }

    /// <summary>
    /// output = scale DFT(input); with <paramref name="inverse"/> the exponent is positive. The two may be the same memory.
    /// </summary>
    public void Transform(T* input, T* output, bool inverse, T scale, T* scratch)
    {
        T* re = scratch, im = re + _size;

        // Swapping the parts before and after turns the forward transform into the backward one.
        Interleaved.Split(Length, input, inverse ? im : re, inverse ? re : im);
        TransformSplit(scratch, out T* yr, out T* yi);
        Interleaved.Join(Length, inverse ? yi : yr, inverse ? yr : yi, scale, output);
    }

    /// <summary>
    /// The part of scratch that <see cref="TransformSplit"/> reads real parts from; imaginary ones follow at <see cref="SplitStride"/>.
    /// </summary>
    internal long SplitStride => _size;

    /// <summary>Forward transform of what lies in the first two buffers of scratch, and where its results are.</summary>
    internal void TransformSplit(T* scratch, out T* re, out T* im)
    {
        T* r0 = scratch, i0 = r0 + _size, r1 = i0 + _size, i1 = r1 + _size;
        re = r0;
        im = i0;
        if (_chirp != null)
        {
            _chirp.Run(r0, i0, r1, i1);
            return;
        }

        _direct!.Run(r0, i0, r1, i1);
        if (_direct.EndsInSecond)
        {
            re = r1;
            im = i1;
        }
    }
}
