namespace Hebb.Models;

/// <summary>
/// The generator of a generative adversarial network of linear layers (Goodfellow et al., 2014): noise [N, codes] to pictures [N, outputs] of -1 to 1.
/// <para>State: <c>0</c>, <c>2</c>, <c>4</c>, the places of the linear layers between activations.</para>
/// </summary>
/// <param name="codes">The size of the noise.</param>
/// <param name="hidden">The size of the layers in between.</param>
/// <param name="outputs">The number of pixels.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class MlpGenerator(int codes = 64, int hidden = 256, int outputs = 784, Rng? rng = null) : Module
{
    [StateName("0")]
    public Linear First { get; } = new(codes, hidden, rng: rng);

    [StateName("2")]
    public Linear Second { get; } = new(hidden, hidden, rng: rng);

    [StateName("4")]
    public Linear Last { get; } = new(hidden, outputs, rng: rng);

    protected override Tensor Forward(Tensor x) => Last.Call(Second.Call(First.Call(x).Relu()).Relu()).Tanh();
}
