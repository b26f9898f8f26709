namespace Hebb;

/// <summary>Layers of an encoder on top of each other, and perhaps a norm at the end. In state dicts <c>layers.0…</c> and <c>norm</c>.</summary>
public sealed partial class TransformerEncoder : Module
{
    /// <param name="layer">Makes a layer; called once for each, so that each starts from values of its own.</param>
    /// <param name="numLayers">How many.</param>
    /// <param name="norm">What follows the last layer; null for nothing.</param>
    public TransformerEncoder(Func<TransformerEncoderLayer> layer, int numLayers, Module? norm = null) => (Layers, Norm) = ([.. Enumerable.Range(0, numLayers).Select(_ => layer())], norm);

    public IReadOnlyList<TransformerEncoderLayer> Layers { get; }

    public Module? Norm { get; }

    /// <summary>The stack of a sequence, of which each step sees what the mask lets it see.</summary>
    /// <inheritdoc cref="TransformerEncoderLayer.Call(Tensor, AttentionMask)"/>
    public Tensor Call(Tensor x, AttentionMask? mask) => Enter([x], v => Run(v[0], mask));

    protected override Tensor Forward(Tensor x) => Run(x, null);

    private Tensor Run(Tensor x, AttentionMask? mask)
    {
        foreach (var layer in Layers)
            x = mask is null ? layer.Call(x) : layer.Call(x, mask);
        return Norm?.Call(x) ?? x;
    }
}

/// <summary>Layers of a decoder on top of each other, and perhaps a norm at the end. In state dicts <c>layers.0…</c> and <c>norm</c>. <c>Call(x, memory)</c>.</summary>
public sealed partial class TransformerDecoder : Module
{
    /// <inheritdoc cref="TransformerEncoder(Func{TransformerEncoderLayer}, int, Module)"/>
    public TransformerDecoder(Func<TransformerDecoderLayer> layer, int numLayers, Module? norm = null) => (Layers, Norm) = ([.. Enumerable.Range(0, numLayers).Select(_ => layer())], norm);

    public IReadOnlyList<TransformerDecoderLayer> Layers { get; }

    public Module? Norm { get; }

    /// <summary>The stack of a sequence that attends to a memory.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features].</param>
    /// <param name="memory">What the encoder made, likewise.</param>
    /// <param name="mask">Which steps of its own a step sees, mostly <see cref="AttentionMask.Causal"/>; null for all.</param>
    /// <param name="memoryMask">Which steps of the memory it sees; null for all.</param>
    /// <param name="caches">Former steps, a cache a layer; the new ones are put there.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, Tensor memory, AttentionMask? mask, AttentionMask? memoryMask = null, IReadOnlyList<KeyValueCache>? caches = null) => Enter([x, memory], v => Run(v[0], v[1], mask, memoryMask, caches));

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) =>
        inputs.Length == 2 ? Run(inputs[0], inputs[1], null, null, null) : throw new HebbException($"TransformerDecoder takes two tensors, a sequence and the encoder's result, not {inputs.Length}");

    private Tensor Run(Tensor x, Tensor memory, AttentionMask? mask, AttentionMask? memoryMask, IReadOnlyList<KeyValueCache>? caches)
    {
        if (caches is not null && caches.Count != Layers.Count)
            throw new HebbException($"TransformerDecoder: {caches.Count} caches for {Layers.Count} layers");
        bool plain = mask is null && memoryMask is null && caches is null;
        for (int i = 0; i < Layers.Count; i++)
            x = plain ? Layers[i].Call(x, memory) : Layers[i].Call(x, memory, mask, memoryMask, caches?[i]);
        return Norm?.Call(x) ?? x;
    }
}
