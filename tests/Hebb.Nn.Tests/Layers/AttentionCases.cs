namespace Hebb.Nn.Tests;

/// <summary>The layers of Goldens/attention.py under its names.</summary>
internal static class AttentionCases
{
    private static readonly Func<Tensor, Tensor> s_gelu = x => x.Gelu();

    public static Module Make(string name) => name switch
    {
        "mha" => new MultiHeadAttention(4, 2),
        "mha_batch_first" => new MultiHeadAttention(4, 2, bias: false, batchFirst: true),
        "mha_single" or "mha_memory" or "mha_three" => new MultiHeadAttention(4, 2),
        "mha_kdim" => new MultiHeadAttention(4, 2, keyDim: 5, valueDim: 6, batchFirst: true),
        "mha_added" => new MultiHeadAttention(4, 2, addBiasKv: true, addZeroAttention: true),
        "encoder_layer" => new TransformerEncoderLayer(4, 2, 6, 0),
        "encoder_layer_pre" => new TransformerEncoderLayer(4, 2, 6, 0, s_gelu, 1e-3, batchFirst: true, normFirst: true),
        "encoder" => new TransformerEncoder(() => new TransformerEncoderLayer(4, 2, 6, 0), 2, new LayerNorm(4)),
        "decoder_layer" => new TransformerDecoderLayer(4, 2, 6, 0),
        "decoder_layer_pre" => new TransformerDecoderLayer(4, 2, 6, 0, s_gelu, batchFirst: true, normFirst: true),
        "decoder" => new TransformerDecoder(() => new TransformerDecoderLayer(4, 2, 6, 0), 2),
        "transformer" => new Transformer(4, 2, 1, 1, 6, 0),
        "gqa" => Attention(4, 2),
        "mqa" => Attention(4, 1),
        "rotary" => Attention(2, 2, new RotaryEmbedding(4)),
        "rotary_pairs" => Attention(1, 1, new RotaryEmbedding(6, 50, interleaved: true, scale: 0.5)),
        "alibi" => Attention(4, 4, bias: new AlibiBias(4)),
        "relative" => Attention(2, 2, bias: new RelativePositionBias(2, 8, 6)),
        "relative_causal" => Attention(2, 2, bias: new RelativePositionBias(2, 4, 4, bidirectional: false)),
        "window" => Attention(2, 1),
        "blocks" => Attention(2, 2),
        "swiglu" => GatedMlp.SwiGLU(4, 6),
        "geglu" => GatedMlp.GeGLU(4, 6, bias: true),
        "reglu" => GatedMlp.ReGLU(4, 6),
        "experts" => new MixtureOfExperts(4, () => new Linear(4, 4), 3),
        "experts_capacity" => new MixtureOfExperts(4, () => new Linear(4, 4), 3, capacityFactor: 4 * 3 / 14.0, normalize: false),
        "block" => new TransformerBlock(Attention(4, 2, new RotaryEmbedding(2)), GatedMlp.SwiGLU(8, 6), new RMSNorm(8, 1e-5), new RMSNorm(8, 1e-5)),
        "sinusoids" => new SinusoidalEncoding(),
        "positions" => new PositionEmbedding(6, 4),
        _ => throw new ArgumentException(name),
    };

    private static MultiHeadAttention Attention(int heads, int groups, RotaryEmbedding? rotary = null, AttentionBias? bias = null) =>
        new(8, heads, batchFirst: true, numKvHeads: groups) { Rotary = rotary, PositionBias = bias };

    /// <summary>The layer's result with the masks of the golden case.</summary>
    public static Tensor Run(string name, Module layer, Tensor[] x, Dictionary<string, Tensor> golden)
    {
        var (mask, keys) = (golden.GetValueOrDefault("mask"), golden.GetValueOrDefault("keys"));
        var causal = AttentionMask.Causal;
        return (name, layer) switch
        {
            ("mha_single", MultiHeadAttention a) => a.Call(x[0], causal),
            ("mha_memory" or "mha_added", MultiHeadAttention a) => a.Call(x[0], x[1], x[1], new AttentionMask { Scores = mask, Keys = keys }),
            ("mha_three", MultiHeadAttention a) => a.Call(x[0], x[1], x[2], new AttentionMask { Scores = mask }),
            ("encoder_layer_pre", TransformerEncoderLayer l) => l.Call(x[0], causal with { Keys = keys }),
            ("decoder_layer_pre", TransformerDecoderLayer l) => l.Call(x[0], x[1], causal, new AttentionMask { Keys = keys }),
            ("decoder", TransformerDecoder d) => d.Call(x[0], x[1], causal),
            ("transformer", Transformer t) => t.Call(x[0], x[1], targetMask: causal),
            ("gqa" or "relative_causal", MultiHeadAttention a) => a.Call(x[0], causal),
            ("block", TransformerBlock b) => b.Call(x[0], causal),
            ("window", MultiHeadAttention a) => a.Call(x[0], new AttentionMask { Window = 2 }),
            ("blocks", MultiHeadAttention a) => a.Call(x[0], new AttentionMask { Blocks = golden["blocks"], BlockSize = 2 }),
            _ => layer.Call(x),
        };
    }
}
