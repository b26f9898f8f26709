namespace Hebb;

/// <summary>Each axis of [N, C, L] or [C, L] cut into a given number of windows, of which the largest element stays.</summary>
/// <param name="size">The number of windows: <c>1</c>, or one number an axis.</param>
public sealed class AdaptiveMaxPool1d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool1d(size);

    /// <summary>The maxima, and the place of each, counted row by row (Int64).</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.AdaptiveMaxPool1dWithIndices(size));

    public override string ToString() => $"AdaptiveMaxPool1d({size})";
}

/// <summary>Each axis of [N, C, H, W] or [C, H, W] cut into a given number of windows, of which the largest element stays.</summary>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool2d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool2d(size);

    /// <summary>The maxima, and the place of each, counted row by row (Int64).</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.AdaptiveMaxPool2dWithIndices(size));

    public override string ToString() => $"AdaptiveMaxPool2d({size})";
}

/// <summary>Each axis of [N, C, D, H, W] or [C, D, H, W] cut into a given number of windows, of which the largest element stays.</summary>
/// <inheritdoc cref="AdaptiveMaxPool1d"/>
public sealed class AdaptiveMaxPool3d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveMaxPool3d(size);

    /// <summary>The maxima, and the place of each, counted row by row (Int64).</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.AdaptiveMaxPool3dWithIndices(size));

    public override string ToString() => $"AdaptiveMaxPool3d({size})";
}
