namespace Hebb;

/// <summary>The largest element of each window of [N, C, L] or [C, L].</summary>
/// <param name="kernel">The size of a window: <c>2</c>, or one number an axis.</param>
/// <param name="stride">Places from one window to the next; by default the window's size.</param>
/// <param name="padding">The margin on both sides of each axis; by default none.</param>
/// <param name="dilation">Places from one element of a window to the next; by default 1.</param>
/// <param name="ceilMode">Whether windows that reach over the end count.</param>
public sealed class MaxPool1d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.MaxPool1d(kernel, stride, padding, dilation, ceilMode);

    /// <summary>The maxima, and the place of each, counted row by row (Int64), as <see cref="MaxUnpool1d"/> takes them.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.MaxPool1dWithIndices(kernel, stride, padding, dilation, ceilMode));

    public override string ToString() => $"MaxPool1d({kernel})";
}

/// <summary>The largest element of each window of [N, C, H, W] or [C, H, W].</summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool2d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.MaxPool2d(kernel, stride, padding, dilation, ceilMode);

    /// <summary>The maxima, and the place of each, counted row by row (Int64), as <see cref="MaxUnpool2d"/> takes them.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.MaxPool2dWithIndices(kernel, stride, padding, dilation, ceilMode));

    public override string ToString() => $"MaxPool2d({kernel})";
}

/// <summary>The largest element of each window of [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc cref="MaxPool1d"/>
public sealed class MaxPool3d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.MaxPool3d(kernel, stride, padding, dilation, ceilMode);

    /// <summary>The maxima, and the place of each, counted row by row (Int64), as <see cref="MaxUnpool3d"/> takes them.</summary>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => x.MaxPool3dWithIndices(kernel, stride, padding, dilation, ceilMode));

    public override string ToString() => $"MaxPool3d({kernel})";
}
