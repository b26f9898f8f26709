namespace Hebb;

/// <summary>
/// Encoder and decoder (Vaswani et al., 2017): <c>Call(source, target)</c> gives the decoder's result for each step of the target. Embeddings, positions and the last linear layer are the caller's.
/// PyTorch's state loads unchanged. All matrices start as Xavier's uniform.
/// <code>var y = new Transformer(batchFirst: true).Call(source, target, targetMask: AttentionMask.Causal);</code>
/// </summary>
public sealed partial class Transformer : Module
{
    /// <param name="dModel">The number of features.</param>
    /// <param name="numHeads">How many heads attend.</param>
    /// <param name="numEncoderLayers">How many layers the encoder has.</param>
    /// <param name="numDecoderLayers">How many layers the decoder has.</param>
    /// <param name="dimFeedforward">The number of features between the two linear layers of a layer.</param>
    /// <param name="dropout">The probability, in train mode, of a number to be dropped.</param>
    /// <param name="activation">Between the two linear layers; by default ReLU.</param>
    /// <param name="layerNormEps">Added to variances.</param>
    /// <param name="batchFirst">[examples, steps, features] in place of [steps, examples, features].</param>
    /// <param name="normFirst">Normalises before each part, not after.</param>
    /// <param name="rng">Where first values and dropout come from; by default <see cref="Rng.Default"/>.</param>
    public Transformer(
        int dModel = 512, int numHeads = 8, int numEncoderLayers = 6, int numDecoderLayers = 6, int dimFeedforward = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null,
        double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false, Rng? rng = null)
    {
        Encoder = new TransformerEncoder(
            () => new TransformerEncoderLayer(dModel, numHeads, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, rng), numEncoderLayers, new LayerNorm(dModel, layerNormEps));
        Decoder = new TransformerDecoder(
            () => new TransformerDecoderLayer(dModel, numHeads, dimFeedforward, dropout, activation, layerNormEps, batchFirst, normFirst, rng), numDecoderLayers, new LayerNorm(dModel, layerNormEps));
        using var noGrad = GradMode.NoGrad();
        foreach (var parameter in Parameters().Where(p => p.Shape.Rank > 1))
            Init.XavierUniform(parameter.Value, rng: rng);
    }

    public TransformerEncoder Encoder { get; }

    public TransformerDecoder Decoder { get; }

    /// <summary>The decoder's result for each step of the target.</summary>
    /// <param name="source">What the encoder reads: [steps, examples, features], [examples, steps, features] if batch first, or [steps, features].</param>
    /// <param name="target">What the decoder reads, likewise.</param>
    /// <param name="sourceMask">Which steps of the source the encoder's steps see; null for all.</param>
    /// <param name="targetMask">Which steps of the target the decoder's steps see, mostly <see cref="AttentionMask.Causal"/>; null for all.</param>
    /// <param name="memoryMask">Which steps of the encoder's result they see; null for all.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor source, Tensor target, AttentionMask? sourceMask = null, AttentionMask? targetMask = null, AttentionMask? memoryMask = null) =>
        Enter([source, target], v => Decoder.Call(v[1], Encoder.Call(v[0], sourceMask), targetMask, memoryMask));

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) =>
        inputs.Length == 2 ? Decoder.Call(inputs[1], Encoder.Call(inputs[0])) : throw new HebbException($"Transformer takes two tensors, source and target, not {inputs.Length}");
}
