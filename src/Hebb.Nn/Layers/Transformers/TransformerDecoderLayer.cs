namespace Hebb;

/// <summary>
/// A layer of a transformer's decoder (Vaswani et al., 2017): attention of a sequence to itself, attention to the encoder's result, and two linear layers at each step, each with a residual
/// connection and a layer normalisation. <c>Call(x, memory)</c>. PyTorch's state loads unchanged.
/// </summary>
public sealed partial class TransformerDecoderLayer : Module
{
    private readonly Func<Tensor, Tensor> _activation;

    /// <inheritdoc cref="TransformerEncoderLayer(int, int, int, double, Func{Tensor, Tensor}, double, bool, bool, Rng)"/>
    public TransformerDecoderLayer(
        int dModel, int numHeads, int dimFeedforward = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false,
        Rng? rng = null)
    {
        (_activation, NormFirst) = (activation ?? (x => x.Relu()), normFirst);
        SelfAttn = new MultiHeadAttention(dModel, numHeads, dropout, batchFirst: batchFirst, rng: rng);
        MultiheadAttn = new MultiHeadAttention(dModel, numHeads, dropout, batchFirst: batchFirst, rng: rng);
        (Linear1, Linear2) = (new Linear(dModel, dimFeedforward, rng: rng), new Linear(dimFeedforward, dModel, rng: rng));
        (Norm1, Norm2, Norm3) = (new LayerNorm(dModel, layerNormEps), new LayerNorm(dModel, layerNormEps), new LayerNorm(dModel, layerNormEps));
        (Dropout, Dropout1, Dropout2, Dropout3) = (new Dropout(dropout, rng), new Dropout(dropout, rng), new Dropout(dropout, rng), new Dropout(dropout, rng));
    }

    /// <summary>Whether it normalises before each part, not after.</summary>
    public bool NormFirst { get; }

    public MultiHeadAttention SelfAttn { get; }

    /// <summary>Attention to the encoder's result.</summary>
    public MultiHeadAttention MultiheadAttn { get; }

    public Linear Linear1 { get; }

    public Dropout Dropout { get; }

    public Linear Linear2 { get; }

    public LayerNorm Norm1 { get; }

    public LayerNorm Norm2 { get; }

    public LayerNorm Norm3 { get; }

    public Dropout Dropout1 { get; }

    public Dropout Dropout2 { get; }

    public Dropout Dropout3 { get; }

    /// <summary>The layer of a sequence that attends to a memory.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features].</param>
    /// <param name="memory">What the encoder made, likewise.</param>
    /// <param name="mask">Which steps of its own a step sees, mostly <see cref="AttentionMask.Causal"/>; null for all.</param>
    /// <param name="memoryMask">Which steps of the memory it sees; null for all.</param>
    /// <param name="cache">Former steps of the sequence, which are seen too; the new ones are put there.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, Tensor memory, AttentionMask? mask, AttentionMask? memoryMask = null, KeyValueCache? cache = null) => Enter([x, memory], v => Run(v[0], v[1], mask, memoryMask, cache));

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) =>
        inputs.Length == 2 ? Run(inputs[0], inputs[1], null, null, null) : throw new HebbException($"TransformerDecoderLayer takes two tensors, a sequence and the encoder's result, not {inputs.Length}");

    private Tensor Run(Tensor x, Tensor memory, AttentionMask? mask, AttentionMask? memoryMask, KeyValueCache? cache)
    {
        if (NormFirst)
        {
            x += Attend(Norm1.Call(x), mask, cache);
            x += Remember(Norm2.Call(x), memory, memoryMask);
            return x + Feed(Norm3.Call(x));
        }
        x = Norm1.Call(x + Attend(x, mask, cache));
        x = Norm2.Call(x + Remember(x, memory, memoryMask));
        return Norm3.Call(x + Feed(x));
    }

    private Tensor Attend(Tensor x, AttentionMask? mask, KeyValueCache? cache) => Dropout1.Call(mask is null && cache is null ? SelfAttn.Call(x) : SelfAttn.Call(x, mask, cache));

    private Tensor Remember(Tensor x, Tensor memory, AttentionMask? mask) => Dropout2.Call(mask is null ? MultiheadAttn.Call(x, memory) : MultiheadAttn.Call(x, memory, memory, mask));

    private Tensor Feed(Tensor x) => Dropout3.Call(Linear2.Call(Dropout.Call(_activation(Linear1.Call(x)))));

    public override string ToString() => $"TransformerDecoderLayer({SelfAttn.EmbedDim}, {SelfAttn.NumHeads}, {Linear1.OutFeatures}{(NormFirst ? ", normFirst: true" : "")})";
}
