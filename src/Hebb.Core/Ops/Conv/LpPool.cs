namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Power-average pooling over the last axis of [N, C, L] or [C, L]: (sum of x^p)^(1/p) of each window.</summary>
    /// <param name="power">p, not 0: 1 gives sums; the larger, the closer to a maximum. Negative sums, of an odd power, have no root but for 1.</param>
    /// <param name="kernel">Elements in a window.</param>
    /// <param name="stride">From one window to the next; the kernel unless given.</param>
    /// <param name="ceilMode">Whether a last window counts that overhangs the input; its sum is scaled up to a full window.</param>
    /// <exception cref="ShapeException">The shape doesn't fit, or a number is out of range.</exception>
    /// <exception cref="HebbException">The power is 0 or not finite.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor LpPool1d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) => LpPool(power, 1, kernel, Pow(power).AvgPool1d(kernel, stride, ceilMode: ceilMode));

    /// <summary>Power-average pooling over the last two axes of [N, C, H, W] or [C, H, W]: (sum of x^p)^(1/p) of each window.</summary>
    /// <inheritdoc cref="LpPool1d"/>
    public Tensor LpPool2d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) => LpPool(power, 2, kernel, Pow(power).AvgPool2d(kernel, stride, ceilMode: ceilMode));

    /// <summary>Power-average pooling over the last three axes of [N, C, D, H, W] or [C, D, H, W]: (sum of x^p)^(1/p) of each window.</summary>
    /// <inheritdoc cref="LpPool1d"/>
    public Tensor LpPool3d(double power, PerAxis kernel, PerAxis? stride = null, bool ceilMode = false) => LpPool(power, 3, kernel, Pow(power).AvgPool3d(kernel, stride, ceilMode: ceilMode));

    private static Tensor LpPool(double power, int axes, PerAxis kernel, Tensor means)
    {
        if (power == 0 || !double.IsFinite(power))
            throw new HebbException($"LpPool{axes}d: power {power}; it must be a finite number but 0");
        int area = 1;
        for (int i = 0; i < axes; i++)
            area *= kernel[i];
        var sums = means * area;
        if (power == 1)
            return sums;
        // The root is infinitely steep at 0; its gradient is taken to be 0 there.
        var none = sums.Equal(0);
        return sums.MaskedFill(none, 1).Pow(1 / power).MaskedFill(none, 0);
    }
}
