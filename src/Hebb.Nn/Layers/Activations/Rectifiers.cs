namespace Hebb;

/// <summary>x where it is positive, else 0.</summary>
public sealed class ReLU : Module
{
    protected override Tensor Forward(Tensor x) => x.Relu();
}

/// <summary>x from 0 to 6, cut off beyond.</summary>
public sealed class ReLU6 : Module
{
    protected override Tensor Forward(Tensor x) => x.Hardtanh(0, 6);
}

/// <summary>x where it is positive, else slope * x (Maas et al., 2013).</summary>
/// <param name="slope">The slope for negative numbers.</param>
public sealed class LeakyReLU(double slope = 0.01) : Module
{
    protected override Tensor Forward(Tensor x) => x.LeakyRelu(slope);

    public override string ToString() => $"LeakyReLU({slope})";
}

/// <summary>x where it is positive, else weight * x, with a learned weight or one a channel (He et al., 2015).</summary>
/// <param name="channels">1, or the number of channels: the size of axis 1.</param>
/// <param name="initial">What weights start from.</param>
public sealed partial class PReLU(int channels = 1, double initial = 0.25) : Module
{
    /// <summary>[channels].</summary>
    public Parameter Weight { get; } = InitialValues.Make(() => Tensor.Full([channels], initial));

    protected override Tensor Forward(Tensor x) => x.PRelu(Weight);

    public override string ToString() => $"PReLU({channels})";
}

/// <summary>x where it exceeds a threshold, else a fixed value.</summary>
/// <param name="threshold">From where on x is kept.</param>
/// <param name="value">What stands below.</param>
public sealed class Threshold(double threshold, double value) : Module
{
    protected override Tensor Forward(Tensor x) => x.Threshold(threshold, value);

    public override string ToString() => $"Threshold({threshold}, {value})";
}
