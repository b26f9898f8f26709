namespace Hebb.Models;

/// <summary>
/// A variational autoencoder of linear layers (Kingma and Welling, 2013): pictures [N, inputs] of 0 to 1, a code of normally distributed numbers, pictures again.
/// <para>State: <c>fc1</c>; <c>fc21</c> the code's mean and <c>fc22</c> the logarithm of its variance; <c>fc3</c>, <c>fc4</c>.</para>
/// <code>var digits = vae.Decode(Tensor.Normal(0, 1, [64, 20]));    // [64, 784]</code>
/// </summary>
/// <param name="inputs">The number of pixels.</param>
/// <param name="hidden">The size of the layers in between.</param>
/// <param name="codes">The size of the code.</param>
/// <param name="rng">Where first values and noise come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class MlpVae(int inputs = 784, int hidden = 400, int codes = 20, Rng? rng = null) : Module
{
    public Linear Fc1 { get; } = new(inputs, hidden, rng: rng);

    public Linear Fc21 { get; } = new(hidden, codes, rng: rng);

    public Linear Fc22 { get; } = new(hidden, codes, rng: rng);

    public Linear Fc3 { get; } = new(codes, hidden, rng: rng);

    public Linear Fc4 { get; } = new(hidden, inputs, rng: rng);

    /// <summary>The mean of the code and the logarithm of its variance, both [N, codes].</summary>
    /// <param name="x">[N, inputs].</param>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor x) => Enter(() =>
    {
        var h = Fc1.Call(x).Relu();
        return (Fc21.Call(h), Fc22.Call(h));
    });

    /// <summary>Pixels of 0 to 1, [N, inputs].</summary>
    /// <param name="code">[N, codes].</param>
    public Tensor Decode(Tensor code) => Enter([code], v => Fc4.Call(Fc3.Call(v[0]).Relu()).Sigmoid());

    /// <summary>The picture again; in train mode of a code with noise as its variance says.</summary>
    protected override Tensor Forward(Tensor x)
    {
        var (mean, logVariance) = Encode(x);
        return Decode(Training ? mean + (0.5 * logVariance).Exp() * Tensor.Normal(0, 1, mean.Shape, rng: rng) : mean);
    }
}
