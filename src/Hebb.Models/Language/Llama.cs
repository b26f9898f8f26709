namespace Hebb.Models;

/// <summary>
/// Llama (Touvron et al., 2023): a causal transformer with rotary positions, grouped heads of keys and values (Ainslie et al., 2023), SwiGLU and RMS norms before each part. Token ids
/// [texts, tokens] to scores [texts, tokens, vocabulary].
/// <para>State: Hugging Face's names, <c>model.embed_tokens</c>, <c>model.layers.0.self_attn.q_proj</c> …, <c>model.norm</c>, <c>lm_head</c>; with tied embeddings the last is another name of the first.</para>
/// <code>var (model, tokenizer) = (Llama.Load("stories260K.bin"), Tokenizer.FromLlama2c("tok512.bin"));
/// Console.WriteLine(model.Generate(tokenizer, "Once upon a time", new GenerationOptions { First = 1, Stop = [1, 2] }));</code>
/// </summary>
public sealed partial class Llama : LanguageModel
{
    /// <param name="config">The sizes.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">Sizes don't fit each other.</exception>
    public Llama(LlamaConfig config, Rng? rng = null)
    {
        Config = config;
        Model = new LlamaBody(config, rng);
        LmHead = new LlamaHead(config.TieEmbeddings ? Model.EmbedTokens.Weight : new Linear(config.Dimensions, config.Vocabulary, bias: false, rng: rng).Weight);
    }

    /// <summary>The sizes.</summary>
    public LlamaConfig Config { get; }

    public LlamaBody Model { get; }

    public LlamaHead LmHead { get; }

    public override int Vocabulary => Config.Vocabulary;

    public override int MaxLength => Config.Length;

    protected override int CacheCount => Config.Layers;

    protected override Tensor Logits(Tensor ids, KeyValueCache[]? caches, bool lastOnly)
    {
        var x = Model.Call(ids, caches);
        return LmHead.Call(lastOnly ? x.Narrow(1, x.Shape[1] - 1, 1) : x);
    }

    public override string ToString() => $"Llama({Config.Layers} layers, {Config.Dimensions} features, {Config.Vocabulary} tokens)";
}

/// <summary>A <see cref="Llama"/> without its last layer: token ids [texts, tokens] to features [texts, tokens, features].</summary>
/// <param name="config">The sizes.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class LlamaBody(LlamaConfig config, Rng? rng = null) : Module
{
    public Embedding EmbedTokens { get; } = new(config.Vocabulary, config.Dimensions, rng: rng);

    public List<LlamaLayer> Layers { get; } = [.. Enumerable.Range(0, config.Layers).Select(_ => new LlamaLayer(config, rng))];

    public RMSNorm Norm { get; } = new(config.Dimensions, config.NormEps);

    /// <summary>The features of tokens that follow others.</summary>
    /// <param name="ids">Token ids, integers [texts, tokens].</param>
    /// <param name="caches">One for each layer; null for texts from their start.</param>
    /// <exception cref="ShapeException">The ids are not of two axes, or the caches not one a layer.</exception>
    public Tensor Call(Tensor ids, KeyValueCache[]? caches) => Enter([ids], v => Run(v[0], caches));

    protected override Tensor Forward(Tensor x) => Run(x, null);

    private Tensor Run(Tensor ids, KeyValueCache[]? caches)
    {
        if (ids.Rank != 2 || (caches is not null && caches.Length != Layers.Count))
            throw new ShapeException($"Llama: ids {ids.Shape} are not [texts, tokens]{(caches is null ? "" : $", or {caches.Length} caches not one for each of {Layers.Count} layers")}");
        var x = EmbedTokens.Call(ids);
        for (int i = 0; i < Layers.Count; i++)
            x = Layers[i].Call(x, caches?[i]);
        return Norm.Call(x);
    }
}

/// <summary>One layer of a <see cref="Llama"/>.</summary>
/// <param name="config">The sizes.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class LlamaLayer(LlamaConfig config, Rng? rng = null) : Module
{
    public LlamaAttention SelfAttn { get; } = new(config, rng);

    public GatedMlp Mlp { get; } = GatedMlp.SwiGLU(config.Dimensions, config.Hidden, rng: rng);

    public RMSNorm InputLayernorm { get; } = new(config.Dimensions, config.NormEps);

    public RMSNorm PostAttentionLayernorm { get; } = new(config.Dimensions, config.NormEps);

    /// <summary>Features [texts, tokens, features] after the layer.</summary>
    /// <param name="x">[texts, tokens, features].</param>
    /// <param name="cache">Former tokens; the new ones are put there.</param>
    public Tensor Call(Tensor x, KeyValueCache? cache) => Enter([x], v => Run(v[0], cache));

    protected override Tensor Forward(Tensor x) => Run(x, null);

    private Tensor Run(Tensor x, KeyValueCache? cache)
    {
        x += SelfAttn.Call(InputLayernorm.Call(x), cache);
        return x + Mlp.Call(PostAttentionLayernorm.Call(x));
    }
}

/// <summary>The last layer of a <see cref="Llama"/>: features to scores, by a weight that may be that of the embedding.</summary>
/// <param name="weight">[vocabulary, features].</param>
public sealed partial class LlamaHead(Parameter weight) : Module
{
    public Parameter Weight { get; } = weight;

    protected override Tensor Forward(Tensor x) => x.Linear(Weight.Value, null);
}
