namespace Hebb.Onnx;

/// <summary>Fourier transforms. Complex numbers are a last axis of size 2.</summary>
internal static class SignalOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("DFT", 17, c => Dft(c, c.Int("axis", 1)));
        table.Add("DFT", 20, c => Dft(c, c.Has(2) ? c.Long(2) : -2));
        table.Add("STFT", 17, Stft);
        table.Add("MelWeightMatrix", 17, MelWeights);
    }

    private static Tensor Wide(Tensor x) => x.DType.IsHalf ? x.To(DType.Float32) : x;

    // Pairs as complex numbers; a last axis of size 1 has no imaginary part.
    private static Tensor Complex(Tensor x) => x.Shape[^1] switch
    {
        2 => Tensor.Complex(x.Select(-1, 0).Contiguous(), x.Select(-1, 1).Contiguous()),
        1 => x.Squeeze(-1),
        var other => throw new ShapeException($"the last axis holds {other} numbers; there must be 1 or 2"),
    };

    private static Tensor Pairs(Tensor x) => Tensor.Stack([x.Real(), x.Imag()], x.Rank);

    private static Tensor Dft(NodeCall c, long axis)
    {
        var x = Wide(c[0]);
        int at = HostValues.Axis(axis, x.Rank);
        if (at == x.Rank - 1)
            throw new ShapeException("the last axis holds the parts of numbers, it is not transformed");
        int? length = c.Has(1) ? HostValues.Sizes([c.Long(1)])[0] : null;
        bool inverse = c.Flag("inverse"), onesided = c.Flag("onesided");
        if (inverse && onesided)
        {
            // Half a spectrum back to real numbers.
            var half = Complex(x);
            return half.Irfft(length, at).Unsqueeze(x.Rank - 1).To(c[0].DType);
        }
        if (!inverse && x.Shape[^1] == 1)
            return Whole(x.Squeeze(-1), length, at, onesided).To(c[0].DType);
        var y = inverse ? Complex(x).Ifft(length, at) : Complex(x).Fft(length, at);
        if (onesided)
            y = y.Narrow(at, 0, y.Shape[at] / 2 + 1);
        return Pairs(y).To(c[0].DType);
    }

    // Of real numbers half the spectrum is computed, and the other half mirrored, so that what must be 0 is.
    private static Tensor Whole(Tensor x, int? length, int axis, bool onesided)
    {
        int points = length ?? x.Shape[axis], mirrored = (points - 1) / 2;
        var half = Pairs(x.Rfft(length, axis));
        if (onesided || mirrored == 0)
            return half;
        var conjugate = half.Narrow(axis, 1, mirrored).Flip(axis) * Tensor.From([1.0, -1.0]).To(half.DType);
        return Tensor.Cat([half, conjugate], axis);
    }

    private static Tensor Stft(NodeCall c)
    {
        var signal = Complex(c[0].Rank == 2 ? Wide(c[0]).Unsqueeze(-1) : Wide(c[0]));
        int step = HostValues.Sizes([c.Long(1)])[0];
        var window = c.Tensor(2);
        int length = c.Has(3) ? HostValues.Sizes([c.Long(3)])[0] : window is not null ? window.Shape[0] : throw new FormatException("STFT needs a window or a frame length");
        var frames = signal.Unfold(1, length, step);
        if (window is not null)
            frames *= Wide(window);
        var y = frames.Fft(null, 2);
        if (c.Flag("onesided", true) && !signal.DType.IsComplex)
            y = y.Narrow(2, 0, length / 2 + 1);
        return Pairs(y).To(c[0].DType);
    }

    // Triangles over the bins of a spectrum, their corners evenly spaced in mel.
    private static Tensor MelWeights(NodeCall c)
    {
        int bands = HostValues.Sizes([c.Long(0)])[0], points = HostValues.Sizes([c.Long(1)])[0], bins = points / 2 + 1;
        double rate = c.Number(2), low = Mel(c.Number(3)), high = Mel(c.Number(4));
        if (bands > 1 << 16 || points > 1 << 24)
            throw new ShapeException($"{bands} bands of {points} points are too many");
        // As the standard's own code has it, though bands + 1 steps lead from end to end.
        double step = (high - low) / (bands + 2);
        var corner = new int[bands + 2];
        for (int i = 0; i < corner.Length; i++)
            corner[i] = (int)Math.Floor((points + 1) * (700 * (Math.Pow(10, (low + i * step) / 2595) - 1)) / rate);
        var weights = new double[bins * bands];
        for (int band = 0; band < bands; band++)
        {
            int left = corner[band], centre = corner[band + 1], right = corner[band + 2];
            if (centre == left && centre >= 0 && centre < bins)
                weights[centre * bands + band] = 1;
            for (int bin = Math.Max(left, 0); bin < Math.Min(right, bins); bin++)
            {
                if (bin <= centre && centre > left)
                    weights[bin * bands + band] = (double)(bin - left) / (centre - left);
                else if (bin > centre || centre == right)
                    weights[bin * bands + band] = (double)(right - bin) / (right - centre);
            }
        }
        return Tensor.From(weights, [bins, bands]).To(c.DType("output_datatype", DType.Float32));

        static double Mel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);
    }
}
