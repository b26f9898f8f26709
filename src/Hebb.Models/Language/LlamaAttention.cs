namespace Hebb.Models;

/// <summary>The attention of a <see cref="Llama"/>: causal, with rotary positions, and fewer heads of keys and values than of queries.</summary>
public sealed partial class LlamaAttention : Module
{
    private readonly int _heads, _kvHeads, _width;
    private readonly RotaryEmbedding _rotary;

    /// <param name="config">The sizes.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">Features don't fall into heads, or heads into groups.</exception>
    public LlamaAttention(LlamaConfig config, Rng? rng = null)
    {
        (_heads, _kvHeads, _width) = (config.Heads, config.KvHeads, config.HeadWidth);
        if (_heads < 1 || _kvHeads < 1 || _heads % _kvHeads != 0 || (config.HeadDimensions is null && config.Dimensions % _heads != 0))
            throw new ShapeException($"LlamaAttention: {config.Dimensions} features, {_heads} heads and {_kvHeads} heads of keys don't fall into equal groups");
        _rotary = new RotaryEmbedding(_width, config.RopeTheta, factors: config.RopeFactors, magnitude: config.RopeMagnitude);
        QProj = new Linear(config.Dimensions, _heads * _width, bias: false, rng: rng);
        KProj = new Linear(config.Dimensions, _kvHeads * _width, bias: false, rng: rng);
        VProj = new Linear(config.Dimensions, _kvHeads * _width, bias: false, rng: rng);
        OProj = new Linear(_heads * _width, config.Dimensions, bias: false, rng: rng);
    }

    public Linear QProj { get; }

    public Linear KProj { get; }

    public Linear VProj { get; }

    public Linear OProj { get; }

    /// <summary>What each token gathers from itself and those before it.</summary>
    /// <param name="x">[texts, tokens, features].</param>
    /// <param name="cache">Former tokens; the new ones are put there.</param>
    public Tensor Call(Tensor x, KeyValueCache? cache) => Enter([x], v => Run(v[0], cache));

    protected override Tensor Forward(Tensor x) => Run(x, null);

    private Tensor Run(Tensor x, KeyValueCache? cache)
    {
        var (q, k, v) = (Heads(QProj.Call(x), _heads), Heads(KProj.Call(x), _kvHeads), Heads(VProj.Call(x), _kvHeads));
        var y = CausalAttention.Run(_rotary, q, k, v, cache);
        return OProj.Call(y.Permute(0, 2, 1, 3).Flatten(2));
    }

    /// <summary>[texts, heads, tokens, features of a head].</summary>
    private Tensor Heads(Tensor x, int heads) => x.Reshape(x.Shape[0], x.Shape[1], heads, _width).Permute(0, 2, 1, 3);
}
