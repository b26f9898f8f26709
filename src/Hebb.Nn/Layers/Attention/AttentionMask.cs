namespace Hebb;

/// <summary>
/// Which keys a query sees: those that every part given here lets through. True stands for seen, as in <see cref="Tensor.ScaledDotProductAttention"/>; the Bool masks of PyTorch's
/// <c>nn.MultiheadAttention</c> say the opposite, and are taken over with <c>LogicalNot()</c>.
/// <code>encoder.Call(x, new AttentionMask { Keys = isWord });
/// decoder.Call(x, memory, AttentionMask.Causal);</code>
/// </summary>
public sealed record AttentionMask
{
    /// <summary>Each query sees itself and what came before.</summary>
    public static AttentionMask Causal { get; } = new() { IsCausal = true };

    /// <summary>For each query and key: Bool, or floats that are added to the scores. Broadcasts to [examples, heads, queries, keys].</summary>
    public Tensor? Scores { get; init; }

    /// <summary>Which keys are there at all, Bool [examples, keys], or [keys] for one example: false for padding.</summary>
    public Tensor? Keys { get; init; }

    /// <summary>Each query sees itself and what came before.</summary>
    public bool IsCausal { get; init; }

    /// <summary>Keys that stand this far from a query or farther are not seen (sliding window; Beltagy et al., 2020).</summary>
    public int? Window { get; init; }

    /// <summary>Which blocks of queries see which blocks of keys (block-sparse attention; Child et al., 2019): Bool, broadcasts to [examples, heads, blocks of queries, blocks of keys]. What is not seen is not worked out.</summary>
    public Tensor? Blocks { get; init; }

    /// <summary>How many queries and keys a block of <see cref="Blocks"/> holds.</summary>
    public int BlockSize { get; init; } = 64;

    /// <summary>What is added to scores or says which are seen, broadcasting to [examples, heads, queries, keys]; null for nothing.</summary>
    internal Tensor? Combine(Tensor? bias, DType type)
    {
        var mask = Both(Scores, Keys is null ? null : Keys.Reshape(Keys.Rank == 1 ? 1 : Keys.Shape[0], 1, 1, Keys.Shape[^1]), type);
        return Both(mask, bias, type);
    }

    private static Tensor? Both(Tensor? a, Tensor? b, DType type)
    {
        if (a is null || b is null)
            return a ?? b;
        return a.DType == DType.Bool && b.DType == DType.Bool ? a.LogicalAnd(b) : Added(a, type) + Added(b, type);
    }

    private static Tensor Added(Tensor mask, DType type) => mask.DType == DType.Bool
        ? Tensor.Where(mask, Tensor.Scalar(0, type), Tensor.Scalar(double.NegativeInfinity, type))
        : mask.To(type);
}
