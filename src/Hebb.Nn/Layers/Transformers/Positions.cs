namespace Hebb;

/// <summary>
/// Adds sines and cosines of the position (Vaswani et al., 2017) to [..., steps, features]: feature 2i of step t gets sin(t / 10000^(2i / features)), feature 2i + 1 the cosine. No parameters.
/// </summary>
/// <param name="batchFirst">False for [steps, examples, features].</param>
public sealed class SinusoidalEncoding(bool batchFirst = true) : Module
{
    protected override Tensor Forward(Tensor x) => Add(x, 0);

    /// <summary>Adds to a sequence whose first step stands at <paramref name="offset"/>.</summary>
    /// <exception cref="ShapeException">The input has fewer than two axes.</exception>
    public Tensor Call(Tensor x, int offset) => Enter([x], v => Add(v[0], offset));

    private Tensor Add(Tensor x, int offset)
    {
        if (x.Rank < (batchFirst ? 2 : 3))
            throw new ShapeException($"SinusoidalEncoding: input {x.Shape} is not {(batchFirst ? "[..., steps, features]" : "[steps, examples, features]")}");
        int steps = x.Shape[batchFirst ? ^2 : ^3], features = x.Shape[^1];
        double[] frequencies = [.. Enumerable.Range(0, features).Select(i => Math.Pow(10000, -(double)(i - i % 2) / features))];
        double[] shifts = [.. Enumerable.Range(0, features).Select(i => i % 2 * Math.PI / 2)];
        var angles = Tensor.Arange(offset, offset + (long)steps, 1, DType.Float64).Unsqueeze(1) * Tensor.From(frequencies) + Tensor.From(shifts);
        var encoding = angles.Sin().To(x.DType);
        return x + (batchFirst ? encoding : encoding.Unsqueeze(1));
    }
}

/// <summary>Adds a learned vector for each position (Gehring et al., 2017) to [..., steps, features]. Vectors start normally distributed.</summary>
public sealed partial class PositionEmbedding : Module
{
    /// <param name="length">How many positions there are.</param>
    /// <param name="dimensions">The number of features.</param>
    /// <param name="std">The standard deviation of first values.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public PositionEmbedding(int length, int dimensions, double std = 0.02, Rng? rng = null)
    {
        if (length < 0 || dimensions < 0)
            throw new ShapeException($"PositionEmbedding({length}, {dimensions}): sizes can't be negative");
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.Normal(0, [length, dimensions], std));
    }

    /// <summary>[length, dimensions].</summary>
    public Parameter Weight { get; }

    protected override Tensor Forward(Tensor x) => Add(x, 0);

    /// <summary>Adds to a sequence whose first step stands at <paramref name="offset"/>.</summary>
    /// <exception cref="ShapeException">There are more steps than positions, or other features.</exception>
    public Tensor Call(Tensor x, int offset) => Enter([x], v => Add(v[0], offset));

    private Tensor Add(Tensor x, int offset)
    {
        var (length, features) = (Weight.Shape[0], Weight.Shape[1]);
        if (x.Rank < 2 || x.Shape[^1] != features || offset < 0 || offset + x.Shape[^2] > length)
            throw new ShapeException($"PositionEmbedding: input {x.Shape} from position {offset} is not [..., steps, {features}] within {length} positions");
        return x + Weight.Value.Narrow(0, offset, x.Shape[^2]);
    }

    public override string ToString() => $"PositionEmbedding({Weight.Shape[0]}, {Weight.Shape[1]})";
}
