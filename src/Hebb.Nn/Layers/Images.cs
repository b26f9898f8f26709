namespace Hebb;

/// <summary>Resamples [N, C, …] by a factor or to a size.</summary>
public sealed class Upsample : Module
{
    private readonly double[]? _scale;
    private readonly int[]? _size;
    private readonly InterpolationMode _mode;
    private readonly bool _alignCorners;

    /// <summary>By one factor along all axes after the first two.</summary>
    /// <param name="scale">The factor.</param>
    /// <param name="mode">How values between elements are made.</param>
    /// <param name="alignCorners">Whether the centres of the corner elements fall together, rather than their outer borders. Not for the nearest modes.</param>
    public Upsample(double scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) => (_scale, _mode, _alignCorners) = ([scale], mode, alignCorners);

    /// <summary>To a size: one number for each axis after the first two.</summary>
    /// <inheritdoc cref="Upsample(double, InterpolationMode, bool)"/>
    public Upsample(int[] size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false) => (_size, _mode, _alignCorners) = ([.. size], mode, alignCorners);

    protected override Tensor Forward(Tensor x) => _size is null ? x.Interpolate(_scale![0], _mode, _alignCorners) : x.Interpolate(_size, _mode, _alignCorners);

    public override string ToString() => $"Upsample({(_size is null ? _scale![0] : $"[{string.Join(", ", _size)}]")}, {_mode})";
}

/// <summary>Channels into places (Shi et al., 2016): [N, C * r * r, H, W] gives [N, C, H * r, W * r].</summary>
/// <param name="factor">r.</param>
public sealed class PixelShuffle(int factor) : Module
{
    protected override Tensor Forward(Tensor x) => x.PixelShuffle(factor);

    public override string ToString() => $"PixelShuffle({factor})";
}

/// <summary>Places into channels: the reverse of <see cref="PixelShuffle"/>.</summary>
/// <param name="factor">r.</param>
public sealed class PixelUnshuffle(int factor) : Module
{
    protected override Tensor Forward(Tensor x) => x.PixelUnshuffle(factor);

    public override string ToString() => $"PixelUnshuffle({factor})";
}

/// <summary>A margin around the last axes.</summary>
/// <param name="padding">Pairs of start and end, the last axis first: <c>[left, right, top, bottom]</c> pads the last two. Negative ones cut off.</param>
/// <param name="mode">What stands in the margin.</param>
/// <param name="value">The value of a constant margin.</param>
public sealed class Pad(int[] padding, PadMode mode = PadMode.Constant, double value = 0) : Module
{
    private readonly int[] _padding = [.. padding];

    protected override Tensor Forward(Tensor x) => x.Pad(_padding, mode, value);

    public override string ToString() => $"Pad([{string.Join(", ", _padding)}], {mode})";
}
