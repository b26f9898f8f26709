namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Channels laid out as pixels: [*, C * r * r, H, W] to [*, C, H * r, W * r] (Shi et al. 2016).</summary>
    /// <exception cref="ShapeException">Fewer than three axes, or channels that r * r does not divide.</exception>
    public Tensor PixelShuffle(int factor)
    {
        if (Rank < 3 || factor < 1 || Shape[-3] % (factor * factor) != 0)
            throw new ShapeException($"PixelShuffle: {Shape} by {factor}; the channels, third axis from the end, must be a multiple of {factor * factor}");
        int channels = Shape[-3] / (factor * factor), height = Shape[-2], width = Shape[-1];
        return Reshape(Batch(3), channels, factor, factor, height, width).Permute(0, 1, 4, 2, 5, 3)
            .Reshape(Shape[..^3].Concat([channels, height * factor, width * factor]));
    }

    /// <summary>Pixels gathered into channels: [*, C, H * r, W * r] to [*, C * r * r, H, W]; undoes <see cref="PixelShuffle"/>.</summary>
    /// <exception cref="ShapeException">Fewer than three axes, or a height or width that r does not divide.</exception>
    public Tensor PixelUnshuffle(int factor)
    {
        if (Rank < 3 || factor < 1 || Shape[-2] % factor != 0 || Shape[-1] % factor != 0)
            throw new ShapeException($"PixelUnshuffle: {Shape} by {factor}; height and width, the last two axes, must be multiples of {factor}");
        int channels = Shape[-3], height = Shape[-2] / factor, width = Shape[-1] / factor;
        return Reshape(Batch(3), channels, height, factor, width, factor).Permute(0, 1, 3, 5, 2, 4)
            .Reshape(Shape[..^3].Concat([channels * factor * factor, height, width]));
    }

    /// <summary>Channels of [N, C, …] dealt out among groups: those of all groups in turn (Zhang et al. 2018).</summary>
    /// <exception cref="ShapeException">Fewer than two axes, or channels that the groups do not divide.</exception>
    public Tensor ChannelShuffle(int groups)
    {
        if (Rank < 2 || groups < 1 || Shape[1] % groups != 0)
            throw new ShapeException($"ChannelShuffle: {Shape} in {groups} groups; the channels, axis 1, must be a multiple of {groups}");
        int rest = checked((int)Shape[2..].Count);
        return Reshape(Shape[0], groups, Shape[1] / groups, rest).Transpose(1, 2).Reshape(Shape);
    }

    /// <summary>The product of all sizes but the last few.</summary>
    private int Batch(int last) => checked((int)Shape[..^last].Count);
}
