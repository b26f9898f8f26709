namespace Hebb;

/// <summary>A learned vector for each of a number of things: integers [...] give their rows, [..., dimensions]. Rows start normally distributed.</summary>
public sealed partial class Embedding : Module
{
    private readonly int? _paddingIndex;

    /// <param name="count">How many things there are: indices go from 0 to below it.</param>
    /// <param name="dimensions">The length of a vector.</param>
    /// <param name="paddingIndex">A thing whose vector is 0 and gets no gradient; negative ones count from the end.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">A size is negative, or the padding index is none of the things.</exception>
    public Embedding(int count, int dimensions, int? paddingIndex = null, Rng? rng = null)
    {
        if (count < 0 || dimensions < 0 || paddingIndex >= count || paddingIndex < -count)
            throw new ShapeException($"Embedding({count}, {dimensions}{(paddingIndex is { } p ? $", paddingIndex: {p}" : "")}): sizes can't be negative, and the padding index must be one of the indices");
        (Count, Dimensions, _paddingIndex) = (count, dimensions, paddingIndex < 0 ? paddingIndex + count : paddingIndex);
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.Normal(0, [count, dimensions], 1));
        if (_paddingIndex is { } row)
        {
            using var noGrad = GradMode.NoGrad();
            Weight.Value.Select(0, row).Fill(0);
        }
    }

    private Embedding(Tensor weight, int? paddingIndex)
    {
        if (weight.Rank != 2)
            throw new ShapeException($"Embedding: vectors {weight.Shape} are not [count, dimensions]");
        (Count, Dimensions, _paddingIndex, Weight) = (weight.Shape[0], weight.Shape[1], paddingIndex, new Parameter(weight));
    }

    /// <summary>Vectors that exist, [count, dimensions], frozen unless told otherwise.</summary>
    /// <exception cref="ShapeException">They are no matrix.</exception>
    public static Embedding From(Tensor weight, bool freeze = true, int? paddingIndex = null)
    {
        var embedding = new Embedding(weight, paddingIndex);
        embedding.Weight.RequiresGrad = !freeze;
        return embedding;
    }

    /// <summary>How many things there are.</summary>
    public int Count { get; }

    /// <summary>The length of a vector.</summary>
    public int Dimensions { get; }

    /// <summary>[count, dimensions].</summary>
    public Parameter Weight { get; }

    protected override Tensor Forward(Tensor x) => Weight.Value.Embedding(x, _paddingIndex);

    public override string ToString() => $"Embedding({Count}, {Dimensions})";
}
