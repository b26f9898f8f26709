namespace Hebb;

/// <summary>
/// Instance normalisation (Ulyanov et al., 2016): every channel of every example brought to mean 0 and variance 1 by itself. With running statistics, those
/// are used in eval mode.
/// </summary>
public abstract class InstanceNorm : RunningNorm
{
    private readonly int _places;

    private protected InstanceNorm(int channels, int places, double eps, double momentum, bool affine, bool trackRunningStats)
        : base(channels, eps, momentum, affine, trackRunningStats) => _places = places;

    private protected override bool Counts => false;

    protected override Tensor Forward(Tensor x)
    {
        bool single = x.Rank == _places + 1;
        if (!single && x.Rank != _places + 2)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} has {x.Rank} axes, not {_places + 1} or {_places + 2}");
        CheckChannels(x, single ? 0 : 1);
        var batch = single ? x.Unsqueeze(0) : x;
        var y = ByRunningStatistics(batch) ?? ByExample(batch);
        return single ? y.Squeeze(0) : y;
    }

    private Tensor ByExample(Tensor x)
    {
        long size = x.Shape[2..].Count;
        if (Training && size <= 1)
            throw new DataException($"{GetType().Name}: input {x.Shape} has {size} values a channel of an example; their statistics need two or more");
        Track(() =>
        {
            var values = (x.DType.IsHalf ? x.To(DType.Float32) : x).Detach().Flatten(2);
            return (values.Mean([0, 2]), values.Var(2).Mean(0));
        });
        return x.InstanceNorm(Weight?.Value, Bias?.Value, Eps);
    }
}

/// <summary><see cref="InstanceNorm"/> of [N, C, L] or [C, L].</summary>
/// <param name="channels">The number of channels.</param>
/// <param name="eps">Added to the variance.</param>
/// <param name="momentum">The part of a batch in the running statistics.</param>
/// <param name="affine">Whether weight and bias are learned.</param>
/// <param name="trackRunningStats">Whether there are running statistics, for eval mode.</param>
public sealed class InstanceNorm1d(int channels, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false)
    : InstanceNorm(channels, 1, eps, momentum, affine, trackRunningStats)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has. As with PyTorch, it is affine and has running statistics unless told otherwise.</summary>
    /// <inheritdoc cref="InstanceNorm1d"/>
    public static InstanceNorm1d Lazy(double eps = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}

/// <summary><see cref="InstanceNorm"/> of [N, C, H, W] or [C, H, W].</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm2d(int channels, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false)
    : InstanceNorm(channels, 2, eps, momentum, affine, trackRunningStats)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has. As with PyTorch, it is affine and has running statistics unless told otherwise.</summary>
    /// <inheritdoc cref="InstanceNorm1d"/>
    public static InstanceNorm2d Lazy(double eps = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}

/// <summary><see cref="InstanceNorm"/> of [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc cref="InstanceNorm1d"/>
public sealed class InstanceNorm3d(int channels, double eps = 1e-5, double momentum = 0.1, bool affine = false, bool trackRunningStats = false)
    : InstanceNorm(channels, 3, eps, momentum, affine, trackRunningStats)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has. As with PyTorch, it is affine and has running statistics unless told otherwise.</summary>
    /// <inheritdoc cref="InstanceNorm1d"/>
    public static InstanceNorm3d Lazy(double eps = 1e-5, double momentum = 0.1, bool affine = true, bool trackRunningStats = true) => new(Unknown, eps, momentum, affine, trackRunningStats);
}
