namespace Hebb;

/// <summary>How an <see cref="EmbeddingBag"/> joins the vectors of a bag.</summary>
public enum BagMode
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum, perhaps weighted.</summary>
    Sum,

    /// <summary>The largest of each feature.</summary>
    Max,
}

/// <summary>
/// Learned vectors of several things joined into one: integers [bags, things] give [bags, dimensions]; or things one after the other and the offsets at which bags begin. Rows start normally
/// distributed. A bag of nothing gives 0.
/// </summary>
public sealed partial class EmbeddingBag : Module
{
    private readonly int? _paddingIndex;
    private readonly bool _includeLastOffset;

    /// <param name="count">How many things there are: indices go from 0 to below it.</param>
    /// <param name="dimensions">The length of a vector.</param>
    /// <param name="mode">How vectors are joined.</param>
    /// <param name="includeLastOffset">Whether the last offset is where the last bag ends, not where a bag begins.</param>
    /// <param name="paddingIndex">A thing that takes no part; its vector starts at 0. Negative ones count from the end.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">A size is negative, or the padding index is none of the things.</exception>
    public EmbeddingBag(int count, int dimensions, BagMode mode = BagMode.Mean, bool includeLastOffset = false, int? paddingIndex = null, Rng? rng = null)
    {
        if (count < 0 || dimensions < 0 || paddingIndex >= count || paddingIndex < -count)
            throw new ShapeException($"EmbeddingBag({count}, {dimensions}{(paddingIndex is { } p ? $", paddingIndex: {p}" : "")}): sizes can't be negative, and the padding index must be one of the indices");
        (Mode, _includeLastOffset, _paddingIndex) = (mode, includeLastOffset, paddingIndex < 0 ? paddingIndex + count : paddingIndex);
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.Normal(0, [count, dimensions], 1));
        if (_paddingIndex is { } row)
        {
            using var noGrad = GradMode.NoGrad();
            Weight.Value.Select(0, row).Fill(0);
        }
    }

    /// <summary>How vectors are joined.</summary>
    public BagMode Mode { get; }

    /// <summary>[count, dimensions].</summary>
    public Parameter Weight { get; }

    /// <summary>The joined vectors of each bag, [bags, dimensions].</summary>
    /// <param name="indices">[bags, things]; or [things] of all bags with <paramref name="offsets"/>.</param>
    /// <param name="offsets">[bags]: where each bag begins, ascending from 0.</param>
    /// <param name="weights">A factor for each thing, of the indices' shape; for sums only.</param>
    /// <exception cref="ShapeException">The shapes don't fit, or an index is out of range.</exception>
    public Tensor Call(Tensor indices, Tensor? offsets, Tensor? weights = null) => Enter(() => Run(indices, offsets, weights));

    protected override Tensor Forward(Tensor x) => Run(x, null, null);

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Run(inputs[0], null, null),
        2 => Run(inputs[0], inputs[1], null),
        _ => throw new HebbException($"EmbeddingBag takes indices, or indices and offsets, not {inputs.Length} tensors"),
    };

    private Tensor Run(Tensor indices, Tensor? offsets, Tensor? weights)
    {
        if (indices.Rank != (offsets is null ? 2 : 1) || offsets is { Rank: not 1 } || (weights is not null && weights.Shape != indices.Shape))
            throw new ShapeException($"EmbeddingBag: indices {indices.Shape}, offsets {offsets?.Shape.ToString() ?? "none"} and weights {weights?.Shape.ToString() ?? "none"} are neither [bags, things] alone nor [things] and [bags]");
        if (weights is not null && Mode != BagMode.Sum)
            throw new HebbException($"EmbeddingBag: weights are for sums, not for {Mode}");
        var vectors = Weight.Value.Embedding(indices, _paddingIndex);
        // 1 for what takes part.
        var part = _paddingIndex is { } row ? indices.NotEqual((long)row).To(vectors.DType).Unsqueeze(-1) : null;
        if (Mode == BagMode.Max)
        {
            if (part is not null)
                vectors = Tensor.Where(part.Greater(0.0), vectors, double.NegativeInfinity);
            var most = offsets is null ? vectors.Shape[1] == 0 ? Tensor.Zeros(vectors.Shape.Remove(1), vectors.DType) : vectors.Amax(1) : vectors.SegmentMax(Bags(indices, offsets), Count(offsets));
            return part is null ? most : Tensor.Where(most.IsNegInf(), 0.0, most);
        }
        if (weights is not null)
            vectors *= weights.To(vectors.DType).Unsqueeze(-1);
        if (part is not null)
            vectors *= part;
        Tensor Sum(Tensor x) => offsets is null ? x.Sum(1) : x.SegmentSum(Bags(indices, offsets), Count(offsets));
        var sum = Sum(vectors);
        return Mode == BagMode.Sum ? sum : sum / Sum(part ?? Tensor.Ones(indices.Shape, vectors.DType).Unsqueeze(-1)).ClampMin(1);
    }

    private int Count(Tensor offsets) => offsets.Shape[0] - (_includeLastOffset ? 1 : 0);

    /// <summary>The bag that each thing is in.</summary>
    private Tensor Bags(Tensor indices, Tensor offsets) =>
        (_includeLastOffset ? offsets.Narrow(0, 0, Count(offsets)) : offsets).SearchSorted(Tensor.Arange(indices.Shape[0], offsets.DType), right: true) - 1L;

    public override string ToString() => $"EmbeddingBag({Weight.Shape[0]}, {Weight.Shape[1]}, {Mode})";
}
