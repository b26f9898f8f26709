namespace Hebb;

/// <summary>The mean of each window of [N, C, L] or [C, L].</summary>
/// <param name="kernel">The size of a window: <c>2</c>, or one number an axis.</param>
/// <param name="stride">Places from one window to the next; by default the window's size.</param>
/// <param name="padding">The margin on both sides of each axis; by default none.</param>
/// <param name="ceilMode">Whether windows that reach over the end count.</param>
/// <param name="countIncludePad">Whether the margin's zeros count into the mean.</param>
/// <param name="divisorOverride">What sums are divided by in place of the number of elements.</param>
public sealed class AvgPool1d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) : Module
{
    protected override Tensor Forward(Tensor x) => x.AvgPool1d(kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);

    public override string ToString() => $"AvgPool1d({kernel})";
}

/// <summary>The mean of each window of [N, C, H, W] or [C, H, W].</summary>
/// <inheritdoc cref="AvgPool1d"/>
public sealed class AvgPool2d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) : Module
{
    protected override Tensor Forward(Tensor x) => x.AvgPool2d(kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);

    public override string ToString() => $"AvgPool2d({kernel})";
}

/// <summary>The mean of each window of [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc cref="AvgPool1d"/>
public sealed class AvgPool3d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, bool ceilMode = false, bool countIncludePad = true, int? divisorOverride = null) : Module
{
    protected override Tensor Forward(Tensor x) => x.AvgPool3d(kernel, stride, padding, ceilMode, countIncludePad, divisorOverride);

    public override string ToString() => $"AvgPool3d({kernel})";
}
