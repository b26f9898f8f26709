namespace Hebb;

/// <summary>The blocks that a 2-d convolution sees, as columns: [N, C, H, W] gives [N, C * block, blocks].</summary>
/// <param name="kernel">The size of a block: <c>3</c>, or height and width.</param>
/// <param name="dilation">From one element of a block to the next; by default 1.</param>
/// <param name="padding">Zeros around the image; by default none.</param>
/// <param name="stride">From one block to the next; by default 1.</param>
public sealed class Unfold(PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null) : Module
{
    protected override Tensor Forward(Tensor x) => x.Unfold2d(Pair(kernel), Pair(stride ?? 1), Pair(padding ?? 0), Pair(dilation ?? 1));

    internal static (int Height, int Width) Pair(PerAxis sizes) => sizes.Count == 1 ? (sizes[0], sizes[0]) : (sizes[0], sizes[1]);

    public override string ToString() => $"Unfold({kernel})";
}

/// <summary>Blocks as columns added into images where they overlap, [N, C * block, blocks] to [N, C, H, W]: the adjoint of <see cref="Unfold"/>.</summary>
/// <param name="outputSize">The size of the images: <c>8</c>, or height and width.</param>
/// <param name="kernel">The size of a block.</param>
/// <param name="dilation">From one element of a block to the next; by default 1.</param>
/// <param name="padding">What was added around the images, cut off again; by default none.</param>
/// <param name="stride">From one block to the next; by default 1.</param>
public sealed class Fold(PerAxis outputSize, PerAxis kernel, PerAxis? dilation = null, PerAxis? padding = null, PerAxis? stride = null) : Module
{
    protected override Tensor Forward(Tensor x) =>
        x.Fold2d(Unfold.Pair(outputSize), Unfold.Pair(kernel), Unfold.Pair(stride ?? 1), Unfold.Pair(padding ?? 0), Unfold.Pair(dilation ?? 1));

    public override string ToString() => $"Fold({outputSize}, {kernel})";
}

/// <summary>Mixes the channels of groups (Zhang et al., 2018): [N, C, …] with C as [groups, C / groups] turned to [C / groups, groups].</summary>
/// <param name="groups">Into how many groups channels fall.</param>
public sealed class ChannelShuffle(int groups) : Module
{
    protected override Tensor Forward(Tensor x) => x.ChannelShuffle(groups);

    public override string ToString() => $"ChannelShuffle({groups})";
}

/// <summary>Resamples [N, C, H, W] by repeating elements.</summary>
/// <param name="scale">The factor.</param>
public sealed class UpsamplingNearest2d(double scale) : Module
{
    protected override Tensor Forward(Tensor x) => x.Interpolate(scale);

    public override string ToString() => $"UpsamplingNearest2d({scale})";
}

/// <summary>Resamples [N, C, H, W] bilinearly, the centres of the corner elements falling together.</summary>
/// <param name="scale">The factor.</param>
public sealed class UpsamplingBilinear2d(double scale) : Module
{
    protected override Tensor Forward(Tensor x) => x.Interpolate(scale, InterpolationMode.Linear, alignCorners: true);

    public override string ToString() => $"UpsamplingBilinear2d({scale})";
}
