namespace Hebb;

/// <summary>The p-norm of each window of [N, C, L] or [C, L]: (sum of x^p)^(1/p). A power of 1 is a sum; large ones come near the maximum.</summary>
/// <param name="power">p, not 0. Odd powers are for numbers that are not negative.</param>
/// <param name="kernel">The size of a window: <c>2</c>, or one number an axis.</param>
/// <param name="stride">Places from one window to the next; by default the window's size.</param>
/// <param name="ceilMode">Whether windows that reach over the end count.</param>
public sealed class LPPool1d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.LpPool1d(power, kernel, stride, ceilMode);

    public override string ToString() => $"LPPool1d({power}, {kernel})";
}

/// <summary>The p-norm of each window of [N, C, H, W] or [C, H, W]: (sum of x^p)^(1/p). A power of 1 is a sum; large ones come near the maximum.</summary>
/// <inheritdoc cref="LPPool1d"/>
public sealed class LPPool2d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.LpPool2d(power, kernel, stride, ceilMode);

    public override string ToString() => $"LPPool2d({power}, {kernel})";
}

/// <summary>The p-norm of each window of [N, C, D, H, W] or [C, D, H, W]: (sum of x^p)^(1/p). A power of 1 is a sum; large ones come near the maximum.</summary>
/// <inheritdoc cref="LPPool1d"/>
public sealed class LPPool3d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.LpPool3d(power, kernel, stride, ceilMode);

    public override string ToString() => $"LPPool3d({power}, {kernel})";
}
