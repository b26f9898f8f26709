namespace Hebb;

/// <summary>
/// Rotary position embedding (Su et al., 2021): pairs of features of queries and keys are turned by angles that grow with the position, so that scores depend on distances. No parameters.
/// </summary>
public sealed class RotaryEmbedding : Module
{
    private readonly double _theta, _scale, _magnitude;
    private readonly bool _interleaved;
    private readonly double[]? _factors;

    /// <param name="dimensions">How many features of a head are turned, an even number; those behind stay as they are.</param>
    /// <param name="theta">Feature pair i turns by position / theta^(2i / dimensions).</param>
    /// <param name="interleaved">Pairs are neighbours, (0, 1), (2, 3) …, as in the paper and GPT-J; else feature i and i + dimensions / 2, as in GPT-NeoX and Llama.</param>
    /// <param name="scale">Positions are multiplied by it: below 1 to reach farther than a model was trained for (position interpolation; Chen et al., 2023).</param>
    /// <param name="factors">What the turns of each pair are divided by, as in Llama 3.1; null for 1.</param>
    /// <param name="magnitude">What is turned is multiplied by it; by its square then the scores, as YaRN asks for (Peng et al., 2023).</param>
    /// <exception cref="ShapeException">The number of features is not even, or below 2; or there is not one factor for each pair.</exception>
    public RotaryEmbedding(int dimensions, double theta = 10000, bool interleaved = false, double scale = 1, IReadOnlyList<double>? factors = null, double magnitude = 1)
    {
        if (dimensions < 2 || dimensions % 2 != 0)
            throw new ShapeException($"RotaryEmbedding: {dimensions} features don't fall into pairs");
        if (factors is not null && factors.Count != dimensions / 2)
            throw new ShapeException($"RotaryEmbedding: {factors.Count} factors for {dimensions / 2} pairs of features");
        _factors = factors?.ToArray();
        (Dimensions, _theta, _interleaved, _scale, _magnitude) = (dimensions, theta, interleaved, scale, magnitude);
    }

    /// <summary>How many features of a head are turned.</summary>
    public int Dimensions { get; }

    protected override Tensor Forward(Tensor x) => Turn(x, Steps(x, 0));

    /// <summary>Turns [..., steps, features], whose first step stands at <paramref name="offset"/>.</summary>
    /// <exception cref="ShapeException">There are fewer features than are to be turned.</exception>
    public Tensor Call(Tensor x, int offset) => Enter([x], v => Turn(v[0], Steps(v[0], offset)));

    /// <summary>Turns [..., steps, features], whose steps stand at <paramref name="positions"/>, integers [steps].</summary>
    /// <exception cref="ShapeException">There are fewer features than are to be turned, or not one position for each step.</exception>
    public Tensor Call(Tensor x, Tensor positions) => Enter([x], v => Turn(v[0], positions));

    private static Tensor Steps(Tensor x, int offset) => Tensor.Arange(offset, offset + (long)(x.Rank < 2 ? 0 : x.Shape[^2]));

    private Tensor Turn(Tensor x, Tensor positions)
    {
        if (x.Rank < 2 || x.Shape[^1] < Dimensions)
            throw new ShapeException($"RotaryEmbedding: input {x.Shape} is not [..., steps, features] with at least {Dimensions} features");
        if (positions.Rank != 1 || positions.Shape[0] != x.Shape[^2])
            throw new ShapeException($"RotaryEmbedding: positions {positions.Shape} for {x.Shape[^2]} steps; they must be [{x.Shape[^2]}]");
        var (cos, sin) = Angles(positions, x.DType);
        var turned = x.Shape[^1] == Dimensions ? x : x.Narrow(-1, 0, Dimensions);
        var y = _interleaved ? Neighbours(turned, cos, sin) : Halves(turned, cos, sin);
        return x.Shape[^1] == Dimensions ? y : Tensor.Cat([y, x.Narrow(-1, Dimensions, x.Shape[^1] - Dimensions)], -1);
    }

    // In double: an angle of thousands of turns keeps its fraction.
    private (Tensor Cos, Tensor Sin) Angles(Tensor positions, DType type)
    {
        int half = Dimensions / 2;
        var frequencies = Tensor.From([.. Enumerable.Range(0, half).Select(i => Math.Pow(_theta, -2.0 * i / Dimensions) * _scale / (_factors?[i] ?? 1))]);
        var angles = positions.To(DType.Float64).Unsqueeze(1) * frequencies;
        return (Sized(angles.Cos()), Sized(angles.Sin()));

        Tensor Sized(Tensor x) => (_magnitude == 1 ? x : x * _magnitude).To(type);
    }

    private static Tensor Halves(Tensor x, Tensor cos, Tensor sin)
    {
        var halves = x.Chunk(2, -1);
        var (a, b) = (halves[0], halves[1]);
        return Tensor.Cat([a * cos - b * sin, b * cos + a * sin], -1);
    }

    private static Tensor Neighbours(Tensor x, Tensor cos, Tensor sin)
    {
        var pairs = x.Reshape(x.Shape[..^1].Concat([x.Shape[^1] / 2, 2]));
        var (a, b) = (pairs.Select(-1, 0), pairs.Select(-1, 1));
        return Tensor.Stack([a * cos - b * sin, b * cos + a * sin], -1).Reshape(x.Shape);
    }

    public override string ToString() => $"RotaryEmbedding({Dimensions})";
}
