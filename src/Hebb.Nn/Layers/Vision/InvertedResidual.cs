namespace Hebb;

/// <summary>
/// The inverted residual of MobileNetV2 (Sandler et al., 2018): channels expanded by a 1 x 1 convolution, filtered each by itself, projected back; with a residual sum where sizes allow it.
/// In state dicts <c>conv.0.0</c> and so on, as in torchvision.
/// </summary>
public sealed partial class InvertedResidual : Module
{
    /// <param name="inChannels">The number of channels of the input.</param>
    /// <param name="outChannels">The number of channels of the output.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="expansion">By how much channels are expanded; 1 leaves the first convolution out.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">The stride is neither, or the expansion below 1.</exception>
    public InvertedResidual(int inChannels, int outChannels, int stride = 1, double expansion = 6, Rng? rng = null)
    {
        if (stride is not (1 or 2) || expansion < 1)
            throw new ShapeException($"InvertedResidual: stride {stride} is neither 1 nor 2, or expansion {expansion} below 1");
        int hidden = (int)Math.Round(inChannels * expansion);
        HasShortcut = stride == 1 && inChannels == outChannels;
        Conv = new Sequential();
        if (expansion != 1)
            Conv.Add(new ConvNormActivation(inChannels, hidden, 1, activation: new ReLU6(), rng: rng));
        Conv.Add(new ConvNormActivation(hidden, hidden, 3, stride, groups: hidden, activation: new ReLU6(), rng: rng));
        Conv.Add(new Conv2d(hidden, outChannels, 1, bias: false, rng: rng));
        Conv.Add(new BatchNorm2d(outChannels));
    }

    /// <summary>Whether the input is added to the result.</summary>
    public bool HasShortcut { get; }

    public Sequential Conv { get; }

    protected override Tensor Forward(Tensor x) => HasShortcut ? x + Conv.Call(x) : Conv.Call(x);
}
