namespace Hebb;

/// <summary>x where it is positive, else slope * x, in train mode with a random slope for each element (Xu et al., 2015), in eval mode with the mean of the bounds.</summary>
/// <param name="lower">The least slope.</param>
/// <param name="upper">The greatest slope.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3, Rng? rng = null) : Module
{
    protected override Tensor Forward(Tensor x) => Training
        ? Tensor.Where(x.Less(0.0), x * Tensor.Uniform(lower, upper, x.Shape, x.DType, rng), x)
        : x.LeakyRelu((lower + upper) / 2);

    public override string ToString() => $"RReLU({lower}, {upper})";
}
