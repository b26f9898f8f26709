namespace Hebb.Onnx;

/// <summary>One attention: queries [B, H, L, E], keys [B, G, S, E], values [B, G, S, F].</summary>
internal sealed class AttentionProblem
{
    public required Tensor Query { get; init; }

    public required Tensor Key { get; init; }

    public required Tensor Value { get; init; }

    /// <summary>Bool, true where a key is seen, or numbers to add; broadcasts to [B, H, L, S].</summary>
    public Tensor? Mask { get; init; }

    public bool Causal { get; init; }

    /// <summary>Keys before that of the first query.</summary>
    public int Past { get; init; }

    /// <summary>How many keys of each example count; with <see cref="Causal"/> the last query stands at the last of them.</summary>
    public Tensor? Lengths { get; init; }

    public double Scale { get; init; }

    public double Softcap { get; init; }

    /// <summary>The type in which the softmax is computed; null for that of the queries.</summary>
    public DType? Precision { get; init; }

    /// <summary>Whether the engine's fused op does all that is asked.</summary>
    public bool IsPlain => Softcap == 0 && Lengths is null && Precision is null && (Mask is null || Mask.DType == DType.Bool || Mask.DType == Query.DType);

    public Tensor RunFused() => Tensor.ScaledDotProductAttention(Query, Key, Value, Mask, Causal, Scale, pastLength: Causal ? Past : 0);

    /// <summary>The result, and the scores as they are after some step.</summary>
    /// <param name="output">0: the products; 1: after the soft cap; 2: with the mask; 3: the weights.</param>
    public (Tensor Y, Tensor Scores) Run(int output)
    {
        int heads = Query.Shape[1], queries = Query.Shape[2], keys = Key.Shape[2];
        var root = Math.Sqrt(Scale);
        var scores = (Query * root).MatMul((AttentionOperators.Shared(Key, heads) * root).Transpose(-1, -2));
        var shown = scores;
        if (Softcap > 0)
            scores = (scores / Softcap).Tanh() * Softcap;
        if (output == 1)
            shown = scores;
        if (Mask is { } mask)
            scores = mask.DType == DType.Bool ? Hide(scores, mask) : scores + mask.To(scores.DType);
        var seen = Seen(queries, keys);
        if (seen is not null)
            scores = Hide(scores, seen);
        if (output == 2)
            shown = scores;
        var wide = Precision is { } type ? scores.To(type) : scores;
        var weights = wide.Softmax(-1);
        // A query that sees no key gives 0.
        if (Mask is not null || seen is not null)
            weights = Tensor.Where(wide.Amax(-1, keepDim: true).IsNegInf(), 0.0, weights);
        weights = weights.To(Query.DType);
        if (output == 3)
            shown = weights;
        return (weights.MatMul(AttentionOperators.Shared(Value, heads)), shown);
    }

    private static Tensor Hide(Tensor scores, Tensor seen) => Tensor.Where(seen, scores, double.NegativeInfinity);

    /// <summary>Which keys each query sees by its place, and by the length of its example.</summary>
    private Tensor? Seen(int queries, int keys)
    {
        var key = Tensor.Arange(keys);
        var lengths = Lengths?.To(DType.Int64).Reshape(-1, 1, 1, 1);
        Tensor? seen = lengths is null ? null : key < lengths;
        if (!Causal)
            return seen;
        var query = Tensor.Arange(queries).Unsqueeze(1);
        var causal = key <= (lengths is null || Past > 0 ? query + (long)Past : query + (lengths - (long)queries));
        return seen is null ? causal : seen.LogicalAnd(causal);
    }
}
