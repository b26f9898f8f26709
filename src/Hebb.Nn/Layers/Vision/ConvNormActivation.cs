namespace Hebb;

/// <summary>
/// A 2-d convolution without bias, batch normalisation, and an activation, as most image models are built of; the margin keeps the size where the stride is 1. In state dicts <c>0</c> and <c>1</c>,
/// as in torchvision.
/// </summary>
public sealed class ConvNormActivation : Module
{
    private readonly Sequential _layers;

    /// <param name="inChannels">The number of channels of the input.</param>
    /// <param name="outChannels">The number of channels of the output.</param>
    /// <param name="kernel">The size of the kernel, odd.</param>
    /// <param name="stride">Places from one output to the next.</param>
    /// <param name="groups">Into how many groups channels fall.</param>
    /// <param name="dilation">Places from one kernel element to the next.</param>
    /// <param name="activation">By default <see cref="ReLU"/>.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public ConvNormActivation(int inChannels, int outChannels, int kernel = 3, int stride = 1, int groups = 1, int dilation = 1, Module? activation = null, Rng? rng = null) =>
        _layers = new Sequential(
            new Conv2d(inChannels, outChannels, kernel, stride, (kernel - 1) / 2 * dilation, dilation, groups, bias: false, rng: rng), new BatchNorm2d(outChannels), activation ?? new ReLU());

    protected override Tensor Forward(Tensor x)
    {
        foreach (var layer in _layers)
            x = layer.Call(x);
        return x;
    }

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        for (int i = 0; i < _layers.Count; i++)
            visitor.Module(i.ToString(), _layers[i]);
    }

    public override string ToString() => $"ConvNormActivation({_layers[0]}, {_layers[2]})";
}
