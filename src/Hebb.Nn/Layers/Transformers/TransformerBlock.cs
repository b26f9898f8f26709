namespace Hebb;

/// <summary>
/// A transformer layer from parts of one's choice, as the language models of today are built: attention and a feed-forward part, each with its norm and a residual connection. Norms come first
/// unless told otherwise.
/// <code>var block = new TransformerBlock(
///     new MultiHeadAttention(512, 8, bias: false, batchFirst: true, numKvHeads: 2) { Rotary = new RotaryEmbedding(64) }, GatedMlp.SwiGLU(512, 1408), new RMSNorm(512), new RMSNorm(512));
/// var y = block.Call(x, AttentionMask.Causal);</code>
/// </summary>
/// <param name="attention">Lets steps see each other.</param>
/// <param name="feedForward">Works at each step by itself, such as <see cref="GatedMlp"/>, a <see cref="Sequential"/> or a <see cref="MixtureOfExperts"/>.</param>
/// <param name="attentionNorm">The norm of the attention.</param>
/// <param name="feedForwardNorm">The norm of the feed-forward part.</param>
/// <param name="normFirst">Norms stand before each part, else after the residual sum.</param>
/// <param name="dropout">What the result of each part goes through before the sum, such as <see cref="Hebb.Dropout"/> or <see cref="StochasticDepth"/>; null for nothing.</param>
public sealed partial class TransformerBlock(MultiHeadAttention attention, Module feedForward, Module attentionNorm, Module feedForwardNorm, bool normFirst = true, Module? dropout = null) : Module
{
    public MultiHeadAttention Attention { get; } = attention;

    public Module FeedForward { get; } = feedForward;

    public Module AttentionNorm { get; } = attentionNorm;

    public Module FeedForwardNorm { get; } = feedForwardNorm;

    public Module? Dropout { get; } = dropout;

    /// <summary>The layer of a sequence, of which each step sees what the mask lets it see.</summary>
    /// <param name="x">A sequence, as the attention takes it.</param>
    /// <param name="mask">Which steps are seen; null for all.</param>
    /// <param name="cache">Former steps, which are seen too; the new ones are put there.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, AttentionMask? mask, KeyValueCache? cache = null) => Enter([x], v => Run(v[0], mask, cache));

    protected override Tensor Forward(Tensor x) => Run(x, null, null);

    private Tensor Run(Tensor x, AttentionMask? mask, KeyValueCache? cache)
    {
        if (normFirst)
        {
            x += Drop(Attend(AttentionNorm.Call(x), mask, cache));
            return x + Drop(FeedForward.Call(FeedForwardNorm.Call(x)));
        }
        x = AttentionNorm.Call(x + Drop(Attend(x, mask, cache)));
        return FeedForwardNorm.Call(x + Drop(FeedForward.Call(x)));
    }

    private Tensor Attend(Tensor x, AttentionMask? mask, KeyValueCache? cache) => mask is null && cache is null ? Attention.Call(x) : Attention.Call(x, mask, cache);

    private Tensor Drop(Tensor x) => Dropout?.Call(x) ?? x;
}
