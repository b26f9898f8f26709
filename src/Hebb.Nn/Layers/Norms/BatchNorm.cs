namespace Hebb;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy, 2015): every channel brought to mean 0 and variance 1, then scaled and moved by learned numbers. In train mode by the
/// statistics of the batch, which also move the running ones; in eval mode by the running ones.
/// </summary>
public abstract class BatchNorm : RunningNorm
{
    private protected BatchNorm(int channels, double eps, double? momentum, bool affine, bool trackRunningStats) : base(channels, eps, momentum, affine, trackRunningStats)
    {
    }

    /// <summary>How many axes an input may have.</summary>
    private protected abstract (int Least, int Most) Axes { get; }

    protected override Tensor Forward(Tensor x)
    {
        Check(x);
        if (ByRunningStatistics(x) is { } normalised)
            return normalised;
        int channels = x.Shape[1];
        long samples = channels == 0 ? 0 : x.Count / channels;
        if (Training && samples <= 1)
            throw new DataException($"{GetType().Name}: input {x.Shape} has {samples} values a channel; a batch's statistics need two or more (call Eval() to predict)");
        var (y, mean, variance) = x.BatchNormTraining(Weight?.Value, Bias?.Value, Eps);
        Track(() => (mean.Detach(), variance.Detach() * (samples / (samples - 1.0))));
        return y;
    }

    private void Check(Tensor x)
    {
        var (least, most) = Axes;
        if (x.Rank < least || x.Rank > most)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} has {x.Rank} axes, not {(least == most ? $"{most}" : $"{least} or {most}")}");
        CheckChannels(x, 1);
    }
}

/// <summary><see cref="BatchNorm"/> of [N, C] or [N, C, L].</summary>
/// <param name="channels">The size of axis 1.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">The part of a batch in the running statistics; null for the mean of all batches.</param>
/// <param name="affine">Whether weight and bias are learned.</param>
/// <param name="trackRunningStats">False to normalise by the batch in eval mode too.</param>
public sealed class BatchNorm1d(int channels, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
    : BatchNorm(channels, eps, momentum, affine, trackRunningStats)
{
    private protected override (int Least, int Most) Axes => (2, 3);

    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="BatchNorm1d"/>
    public static BatchNorm1d Lazy(double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}

/// <summary><see cref="BatchNorm"/> of [N, C, H, W].</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm2d(int channels, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
    : BatchNorm(channels, eps, momentum, affine, trackRunningStats)
{
    private protected override (int Least, int Most) Axes => (4, 4);

    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="BatchNorm1d"/>
    public static BatchNorm2d Lazy(double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}

/// <summary><see cref="BatchNorm"/> of [N, C, D, H, W].</summary>
/// <inheritdoc cref="BatchNorm1d"/>
public sealed class BatchNorm3d(int channels, double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true)
    : BatchNorm(channels, eps, momentum, affine, trackRunningStats)
{
    private protected override (int Least, int Most) Axes => (5, 5);

    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="BatchNorm1d"/>
    public static BatchNorm3d Lazy(double eps = 1e-5, double? momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}
