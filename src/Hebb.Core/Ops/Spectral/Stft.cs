namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>
    /// The short-time Fourier transform of a signal [..., length]: spectra of overlapping windowed frames, [..., frequencies, frames],
    /// complex.
    /// </summary>
    /// <param name="n">Points of each transform.</param>
    /// <param name="hop">Samples between the starts of frames; by default n / 4.</param>
    /// <param name="window">Real, at most n long; a shorter one is centred between zeros. By default ones.</param>
    /// <param name="center">Frame i is centred on sample i * hop: n / 2 samples are added at both ends by reflection. Otherwise it starts there.</param>
    /// <param name="norm">Scaling of each transform.</param>
    /// <param name="onesided">Keeps n / 2 + 1 frequencies, which say all of a real signal; a complex one always gives n.</param>
    /// <exception cref="ShapeException">The signal is too short for one frame or for the reflection, or the window is longer than n.</exception>
    public Tensor Stft(int n, int? hop = null, Tensor? window = null, bool center = true, FftNorm norm = FftNorm.Backward, bool onesided = true)
    {
        int step = hop ?? Math.Max(1, n / 4);
        CheckStft("Stft", n, step, window);
        if (Rank == 0)
            throw new ShapeException("Stft: a scalar is no signal");
        var x = DType.IsComplex || DType.IsFloat ? this : To(DType.Float32);
        if (center)
            x = ReflectEnds(x, n / 2);
        if (x.Shape[-1] < n)
            throw new ShapeException($"Stft: the signal {Shape} is shorter than a frame of {n}");
        var frames = x.Frame(n, step);
        if (window is not null)
            frames = frames * CenterWindow(window, n);
        return (DType.IsComplex || !onesided ? frames.Fft(norm: norm) : frames.Rfft(norm: norm)).MT;
    }

    /// <summary>
    /// The inverse of <see cref="Stft"/> for a real signal: frames are transformed back, windowed again, added up and divided by what the
    /// squared windows add up to (Griffin and Lim 1984), [..., length].
    /// </summary>
    /// <param name="n">Points of each transform, as given to <see cref="Stft"/>.</param>
    /// <param name="hop">Likewise.</param>
    /// <param name="window">Likewise.</param>
    /// <param name="center">Likewise; the samples that were added are removed.</param>
    /// <param name="norm">Likewise.</param>
    /// <param name="onesided">Whether there are n / 2 + 1 frequencies or n.</param>
    /// <param name="length">Samples of the result: cropped, or filled with zeros. By default what the frames cover.</param>
    /// <exception cref="ShapeException">The number of frequencies does not fit n; or somewhere the windows add up to zero, so that the signal is lost.</exception>
    public Tensor Istft(int n, int? hop = null, Tensor? window = null, bool center = true, FftNorm norm = FftNorm.Backward, bool onesided = true, int? length = null)
    {
        int step = hop ?? Math.Max(1, n / 4), bins = onesided ? n / 2 + 1 : n;
        CheckStft("Istft", n, step, window);
        if (Rank < 2 || Shape[-2] != bins || Shape[-1] == 0)
            throw new ShapeException($"Istft: {Shape} is not [..., {bins}, frames] with at least one frame, as n = {n} asks for");
        var weights = window is null ? Ones([n], DType.RealPart == DType.Float64 ? DType.Float64 : DType.Float32) : CenterWindow(window, n);
        var frames = (onesided ? this : Narrow(-2, 0, n / 2 + 1)).MT.Irfft(n, norm: norm) * weights;
        var sum = frames.OverlapAdd(step);
        var envelope = (weights * weights).Expand([Shape[-1], n]).OverlapAdd(step);
        int total = sum.Shape[-1], start = center ? n / 2 : 0, end = Math.Min(total, length is { } asked ? start + asked : center ? total - n / 2 : total);
        if (end <= start)
            throw new ShapeException($"Istft: {Shape[-1]} frames of {n}, {step} apart, leave no sample");
        sum = sum.Narrow(-1, start, end - start);
        envelope = envelope.Narrow(-1, start, end - start);
        CheckEnvelope(envelope);
        return Ops.FftShapes.Fit(sum / envelope, sum.Rank - 1, length ?? end - start);
    }

    private static void CheckStft(string op, int n, int hop, Tensor? window)
    {
        if (n < 1 || hop < 1)
            throw new ShapeException($"{op}: transforms of {n} points, {hop} apart; both must be at least 1");
        if (window is not null && (window.Rank != 1 || window.Shape[0] > n))
            throw new ShapeException($"{op}: the window is {window.Shape}; it must have one axis of at most n = {n}");
    }

    private static Tensor CenterWindow(Tensor window, int n)
    {
        int size = window.Shape[0], left = (n - size) / 2;
        return size == n ? window : Cat([Zeros([left], window.DType), window, Zeros([n - size - left], window.DType)]);
    }

    private static Tensor ReflectEnds(Tensor x, int count)
    {
        int size = x.Shape[-1];
        if (count >= size)
            throw new ShapeException($"Stft: reflecting {count} samples at each end needs a longer signal than {x.Shape}; use center: false");
        if (count == 0)
            return x;
        int? before = size - 2 - count < 0 ? null : size - 2 - count;
        return Cat([x.Slice(-1, count, 0, -1), x, x.Slice(-1, size - 2, before, -1)], -1);
    }

    /// <summary>Reads values, where they are known.</summary>
    private static unsafe void CheckEnvelope(Tensor envelope)
    {
        if (envelope.Tracer is not null)
            return;
        double[] values = envelope.Detach().To(DType.Float64).ToArray<double>();
        int at = Array.FindIndex(values, v => !(v > 1e-11));
        if (at >= 0)
            throw new ShapeException($"Istft: the squared windows add up to {values[at]:g3} at sample {at}, so that the signal there is lost; use a smaller hop or another window");
    }
}
