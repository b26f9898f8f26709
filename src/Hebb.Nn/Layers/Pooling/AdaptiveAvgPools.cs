namespace Hebb;

/// <summary>Each axis of [N, C, L] or [C, L] cut into a given number of windows, of which the mean stays.</summary>
/// <param name="size">The number of windows: <c>1</c>, or one number an axis.</param>
public sealed class AdaptiveAvgPool1d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool1d(size);

    public override string ToString() => $"AdaptiveAvgPool1d({size})";
}

/// <summary>Each axis of [N, C, H, W] or [C, H, W] cut into a given number of windows, of which the mean stays.</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool2d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool2d(size);

    public override string ToString() => $"AdaptiveAvgPool2d({size})";
}

/// <summary>Each axis of [N, C, D, H, W] or [C, D, H, W] cut into a given number of windows, of which the mean stays.</summary>
/// <inheritdoc cref="AdaptiveAvgPool1d"/>
public sealed class AdaptiveAvgPool3d(PerAxis size) : Module
{
    protected override Tensor Forward(Tensor x) => x.AdaptiveAvgPool3d(size);

    public override string ToString() => $"AdaptiveAvgPool3d({size})";
}
