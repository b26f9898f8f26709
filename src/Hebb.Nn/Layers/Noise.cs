namespace Hebb;

/// <summary>In train mode adds normally distributed numbers of mean 0.</summary>
/// <param name="std">Their standard deviation.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class GaussianNoise(double std, Rng? rng = null) : Module
{
    protected override Tensor Forward(Tensor x) => Training && std > 0 ? x + Tensor.Normal(0, std, x.Shape, x.DType, rng) : x;

    public override string ToString() => $"GaussianNoise({std})";
}

/// <summary>In train mode multiplies by normally distributed numbers of mean 1 and variance p / (1 - p), as far from 1 as those of <see cref="Dropout"/> (Srivastava et al., 2014, section 10).</summary>
/// <param name="p">0 to below 1.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class GaussianDropout(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x)
    {
        if (!Training || P == 0)
            return x;
        if (P == 1)
            throw new HebbException("GaussianDropout: probability 1 has no finite variance");
        return x * Tensor.Normal(1, Math.Sqrt(P / (1 - P)), x.Shape, x.DType, Rng);
    }
}
