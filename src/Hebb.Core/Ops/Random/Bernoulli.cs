using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>True with probability <paramref name="p"/>, each element by itself; a Bool tensor.</summary>
    /// <param name="p">0 to 1.</param>
    /// <param name="shape">How many.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same draws. See <see cref="RandomKey"/>.</param>
    /// <exception cref="HebbException">It is no probability.</exception>
    public static Tensor Bernoulli(double p, Shape shape, Rng? rng = null, Tensor? key = null)
    {
        if (!(p is >= 0 and <= 1))
            throw new HebbException($"Bernoulli: {p} is not between 0 and 1");
        return Rand(shape, DType.Float32, rng, key).Less(p);
    }

    /// <summary>1 with the probability that each element gives, else 0; of its shape and type, without gradient.</summary>
    /// <param name="probabilities">Floats from 0 to 1.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same draws. See <see cref="RandomKey"/>.</param>
    /// <exception cref="DTypeException">Probabilities are not floats.</exception>
    public static Tensor Bernoulli(Tensor probabilities, Rng? rng = null, Tensor? key = null)
    {
        if (!probabilities.DType.IsFloat)
            throw new DTypeException($"Bernoulli: probabilities are {probabilities.DType.Name}, not floats");
        return Rand(probabilities.Shape, probabilities.DType.IsHalf ? DType.Float32 : probabilities.DType, rng, key).Less(probabilities).To(probabilities.DType);
    }
}
