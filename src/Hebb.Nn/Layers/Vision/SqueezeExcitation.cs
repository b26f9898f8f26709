namespace Hebb;

/// <summary>
/// Squeeze and excitation (Hu et al., 2018) of [N, C, H, W]: the means of all channels, through two layers and a gate, tell how much of each channel is kept. In state dicts <c>fc1</c> and
/// <c>fc2</c>, as in torchvision.
/// </summary>
public sealed partial class SqueezeExcitation : Module
{
    private readonly Func<Tensor, Tensor> _activation, _gate;

    /// <param name="channels">The number of channels.</param>
    /// <param name="squeezed">The number between the two layers.</param>
    /// <param name="activation">Between the layers; by default ReLU.</param>
    /// <param name="gate">After them; by default the sigmoid.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public SqueezeExcitation(int channels, int squeezed, Func<Tensor, Tensor>? activation = null, Func<Tensor, Tensor>? gate = null, Rng? rng = null)
    {
        (_activation, _gate) = (activation ?? (x => x.Relu()), gate ?? (x => x.Sigmoid()));
        Fc1 = new Conv2d(channels, squeezed, 1, rng: rng);
        Fc2 = new Conv2d(squeezed, channels, 1, rng: rng);
    }

    public Conv2d Fc1 { get; }

    public Conv2d Fc2 { get; }

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank is not (3 or 4))
            throw new ShapeException($"SqueezeExcitation: input {x.Shape} is not [N, C, H, W] or [C, H, W]");
        return x * _gate(Fc2.Call(_activation(Fc1.Call(x.Mean([x.Rank - 2, x.Rank - 1], keepDim: true)))));
    }

    public override string ToString() => $"SqueezeExcitation({Fc2.OutChannels}, {Fc1.OutChannels})";
}
