namespace Hebb.Data;

/// <summary>Sound: samples of nominally -1 to 1, channels interleaved, at a rate.</summary>
public sealed record Audio
{
    /// <param name="sampleRate">Samples a second of each channel, at least 1.</param>
    /// <param name="channels">1 is mono, 2 is left and right; at most 256.</param>
    /// <param name="samples">Interleaved; kept, not copied.</param>
    /// <exception cref="DataException">A number is out of range, or the samples are not whole frames.</exception>
    public Audio(int sampleRate, int channels, float[] samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        if (sampleRate < 1) throw new DataException($"Audio: a rate of {sampleRate}: must be at least 1");
        if (channels is < 1 or > 256) throw new DataException($"Audio: {channels} channels: must be 1 to 256");
        if (samples.Length % channels != 0) throw new DataException($"Audio: {samples.Length} samples are not whole frames of {channels} channels");
        (SampleRate, Channels, Samples) = (sampleRate, channels, samples);
    }

    /// <summary>Samples a second of each channel.</summary>
    public int SampleRate { get; }

    /// <summary>Number of channels.</summary>
    public int Channels { get; }

    /// <summary>The samples, index frame * Channels + channel.</summary>
    public float[] Samples { get; }

    /// <summary>Samples of each channel.</summary>
    public int Frames => Samples.Length / Channels;

    /// <summary>Length in seconds.</summary>
    public double Seconds => (double)Frames / SampleRate;

    /// <summary>One channel: the mean of all.</summary>
    public Audio ToMono()
    {
        if (Channels == 1) return this;
        var mono = new float[Frames];
        for (int frame = 0; frame < mono.Length; frame++)
        {
            double sum = 0;
            for (int c = 0; c < Channels; c++) sum += Samples[frame * Channels + c];
            mono[frame] = (float)(sum / Channels);
        }
        return new Audio(SampleRate, 1, mono);
    }

    /// <summary>The same sound at another rate, by band-limited interpolation: frequencies that the new rate can't hold are taken away. The default of torchaudio's <c>resample</c>.</summary>
    /// <param name="sampleRate">Samples a second, at least 1.</param>
    /// <returns>ceil(<see cref="Frames"/> * <paramref name="sampleRate"/> / <see cref="SampleRate"/>) frames; this sound where it has the rate.</returns>
    /// <exception cref="DataException">The rate is less than 1.</exception>
    public Audio Resample(int sampleRate)
    {
        if (sampleRate < 1) throw new DataException($"Audio: a rate of {sampleRate}: must be at least 1");
        return sampleRate == SampleRate ? this : new Audio(sampleRate, Channels, Resampling.Run(Samples, Channels, SampleRate, sampleRate));
    }

    /// <summary>Float32 [channels, frames].</summary>
    public Tensor ToTensor()
    {
        var tensor = Tensor.Empty([Channels, Frames]);
        var values = tensor.AsSpan<float>();
        for (int i = 0; i < Samples.Length; i++) values[i % Channels * Frames + i / Channels] = Samples[i];
        return tensor;
    }

    /// <summary>Sound of a tensor [channels, frames] or [frames].</summary>
    /// <exception cref="ShapeException">It has another rank.</exception>
    public static Audio From(Tensor tensor, int sampleRate)
    {
        if (tensor.Rank is < 1 or > 2) throw new ShapeException($"Audio: {tensor.Shape} is neither [channels, frames] nor [frames]");
        int channels = tensor.Rank == 2 ? tensor.Shape[0] : 1, frames = tensor.Shape[^1];
        float[] values = tensor.To(DType.Float32).ToArray<float>();
        var samples = new float[values.Length];
        for (int i = 0; i < samples.Length; i++) samples[i] = values[i % channels * frames + i / channels];
        return new Audio(sampleRate, channels, samples);
    }

    /// <summary>Value equality: same rate, channels and samples.</summary>
    public bool Equals(Audio? other) => other is not null && SampleRate == other.SampleRate && Channels == other.Channels && Samples.AsSpan().SequenceEqual(other.Samples);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(SampleRate, Channels, Samples.Length, Samples.Length > 0 ? Samples[Samples.Length / 2] : 0);

    /// <inheritdoc/>
    public override string ToString() => $"Audio {SampleRate} Hz, {Channels} channels, {Seconds:0.000} s";
}
