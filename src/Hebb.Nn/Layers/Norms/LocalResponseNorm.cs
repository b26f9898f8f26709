namespace Hebb;

/// <summary>
/// Local response normalisation (Krizhevsky et al., 2012) of [N, C, …]: every element over (k + alpha / size * the sum of squares of the channels around it)^beta.
/// </summary>
/// <param name="size">How many channels, those behind included.</param>
/// <param name="alpha">The factor of the mean square.</param>
/// <param name="beta">The exponent.</param>
/// <param name="k">What is added.</param>
public sealed class LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1) : Module
{
    protected override Tensor Forward(Tensor x)
    {
        if (size < 1 || x.Rank < 3)
            throw new ShapeException($"LocalResponseNorm: input {x.Shape} is not [N, C, …] with places, or {size} channels are too few");
        // Channels as rows of a picture of one channel.
        var squares = x.Square().Flatten(2).Unsqueeze(1).Pad([0, 0, size / 2, (size - 1) / 2]);
        return x / (squares.AvgPool2d((size, 1), 1).Reshape(x.Shape) * alpha + k).Pow(beta);
    }

    public override string ToString() => $"LocalResponseNorm({size})";
}
