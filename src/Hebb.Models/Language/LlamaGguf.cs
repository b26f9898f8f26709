using System.Globalization;
using Hebb.Data;

namespace Hebb.Models;

/// <summary>Llamas in GGUF files: llama.cpp's names and its order of features in queries and keys.</summary>
public static class LlamaGguf
{
    /// <summary>The tensor of what the turns of positions are divided by.</summary>
    private const string RopeFactors = "rope_freqs.weight";

    private static readonly (string Gguf, string Own)[] InLayers =
    [
        ("attn_norm", "input_layernorm"), ("attn_q", "self_attn.q_proj"), ("attn_k", "self_attn.k_proj"), ("attn_v", "self_attn.v_proj"), ("attn_output", "self_attn.o_proj"),
        ("ffn_norm", "post_attention_layernorm"), ("ffn_gate", "mlp.gate_proj"), ("ffn_up", "mlp.up_proj"), ("ffn_down", "mlp.down_proj"),
    ];

    /// <summary>Reads a model, its blocks made float32, in eval mode.</summary>
    /// <exception cref="FormatException">It is no GGUF file, or of another architecture than <c>llama</c>.</exception>
    /// <exception cref="CheckpointException">Weights are missing, or of other shapes than the metadata asks for.</exception>
    public static Llama Load(string path)
    {
        var file = GgufFile.Load(path);
        var config = Config(file, path, "llama");
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in file.Tensors)
        {
            if (OwnName(name) is not { } own)
                throw new FormatException($"{path}: holds '{name}', which a Llama has not");
            if (own.Length == 0)
                continue;
            var values = tensor.ToTensor();
            bool query = own.EndsWith("q_proj.weight", StringComparison.Ordinal), key = own.EndsWith("k_proj.weight", StringComparison.Ordinal);
            state[own] = query || key ? RotaryOrder.NeighboursToHalves(values, query ? config.Heads : config.KvHeads) : values;
        }
        return Llama.With(config with { TieEmbeddings = !state.ContainsKey("lm_head.weight") }, state, path);
    }

    /// <summary>Writes a model as llama.cpp reads it.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="model">The model.</param>
    /// <param name="type">How matrices are stored; norms stay float32. Matrices whose rows are no multiple of the block stay float16.</param>
    /// <param name="metadata">More facts, such as those of the tokenizer (<c>tokenizer.ggml.tokens</c> …).</param>
    public static void Save(string path, Llama model, GgufType type = GgufType.F16, IReadOnlyDictionary<string, object>? metadata = null)
    {
        var config = model.Config;
        var facts = new OrderedDictionary<string, object>
        {
            ["general.architecture"] = "llama",
            ["llama.vocab_size"] = (uint)config.Vocabulary,
            ["llama.context_length"] = (uint)config.Length,
            ["llama.embedding_length"] = (uint)config.Dimensions,
            ["llama.block_count"] = (uint)config.Layers,
            ["llama.feed_forward_length"] = (uint)config.Hidden,
            ["llama.attention.head_count"] = (uint)config.Heads,
            ["llama.attention.head_count_kv"] = (uint)config.KvHeads,
            ["llama.attention.key_length"] = (uint)config.HeadWidth,
            ["llama.attention.value_length"] = (uint)config.HeadWidth,
            ["llama.attention.layer_norm_rms_epsilon"] = (float)config.NormEps,
            ["llama.rope.dimension_count"] = (uint)config.HeadWidth,
            ["llama.rope.freq_base"] = (float)config.RopeTheta,
        };
        if (config.RopeMagnitude != 1)
            facts["llama.rope.scaling.attn_factor"] = (float)config.RopeMagnitude;
        var tensors = new OrderedDictionary<string, GgufTensor>();
        if (config.RopeFactors is { } factors)
            tensors.Add(RopeFactors, GgufTensor.Of(Tensor.From(factors.Select(f => (float)f).ToArray())));
        foreach (var (key, value) in metadata ?? new Dictionary<string, object>())
            facts[key] = value;
        foreach (var (name, values) in model.StateDict())
        {
            bool query = name.EndsWith("q_proj.weight", StringComparison.Ordinal), key = name.EndsWith("k_proj.weight", StringComparison.Ordinal);
            var x = query || key ? RotaryOrder.HalvesToNeighbours(values, query ? config.Heads : config.KvHeads) : values;
            tensors.Add(GgufName(name), GgufTensor.Pack(x, x.Rank < 2 ? GgufType.F32 : x.Shape[^1] % type.BlockSize == 0 ? type : GgufType.F16));
        }
        GgufFile.Save(path, tensors, facts);
    }

    /// <summary>The tokenizer in a GGUF file.</summary>
    /// <exception cref="FormatException">It is no GGUF file, or holds no vocabulary of pieces.</exception>
    public static Tokenizer LoadTokenizer(string path)
    {
        var facts = GgufFile.Load(path).Metadata;
        if (facts.GetValueOrDefault("tokenizer.ggml.model") is not "llama" || facts.GetValueOrDefault("tokenizer.ggml.tokens") is not string[] tokens
            || facts.GetValueOrDefault("tokenizer.ggml.scores") is not float[] scores || facts.GetValueOrDefault("tokenizer.ggml.token_type") is not int[] types)
        {
            throw new FormatException($"{path}: holds no vocabulary of the kind llama (tokenizer.ggml.model is {facts.GetValueOrDefault("tokenizer.ggml.model") ?? "not there"})");
        }
        return Tokenizer.FromPieces(tokens, scores, types, path);
    }

    /// <summary>The sizes that a file tells.</summary>
    /// <param name="file">The file.</param>
    /// <param name="path">What errors call it.</param>
    /// <param name="known">The architectures that are taken.</param>
    internal static LlamaConfig Config(GgufFile file, string path, params ReadOnlySpan<string> known)
    {
        if (file.Metadata.GetValueOrDefault("general.architecture") is not string architecture || !known.Contains(architecture))
            throw new FormatException($"{path}: is a model of the architecture {file.Metadata.GetValueOrDefault("general.architecture") ?? "that it does not name"}, not {string.Join(" or ", known.ToArray())}");
        var facts = new Dictionary<string, string>();
        foreach (var (key, name) in ((string, string)[])[("embedding_length", "hidden_size"), ("feed_forward_length", "intermediate_size"), ("block_count", "num_hidden_layers"),
            ("attention.head_count", "num_attention_heads"), ("attention.head_count_kv", "num_key_value_heads"), ("attention.key_length", "head_dim"), ("context_length", "max_position_embeddings"),
            ("attention.layer_norm_rms_epsilon", "rms_norm_eps"), ("rope.freq_base", "rope_theta"), ("vocab_size", "vocab_size")])
        {
            if (file.Metadata.TryGetValue($"{architecture}.{key}", out object? value))
                facts[name] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
        }
        // Older files tell the vocabulary only by the embedding.
        if (file.Tensors.TryGetValue("token_embd.weight", out var embedding) && embedding.Shape.Rank == 2)
            facts.TryAdd("vocab_size", embedding.Shape[0].ToString(CultureInfo.InvariantCulture));
        var config = LlamaConfig.FromFacts(facts, path);
        return Scaled(config, file, architecture, path);
    }

    /// <summary>The sizes with the way in which positions are scaled, which llama.cpp tells by a tensor, by numbers, or both.</summary>
    private static LlamaConfig Scaled(LlamaConfig config, GgufFile file, string architecture, string path)
    {
        var scaling = new Dictionary<string, string>();
        foreach (var (key, name) in ((string, string)[])[("type", "type"), ("factor", "factor"), ("original_context_length", "original_max_position_embeddings"), ("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")])
        {
            if (Fact($"scaling.{key}") is { } value)
                scaling[name] = value;
        }
        // What files held before there were kinds.
        if (Fact("scale_linear") is { } scale)
            scaling.TryAdd("factor", scale);
        if (scaling.ContainsKey("factor"))
            scaling.TryAdd("type", "linear");
        config = RopeScaling.Apply(scaling, config, path);
        if ((Fact("scaling.attn_factor") ?? Fact("scaling.yarn_attn_factor")) is { } magnitude)
        {
            if (!double.TryParse(magnitude, NumberStyles.Float, CultureInfo.InvariantCulture, out double times) || !(times > 0) || !double.IsFinite(times))
                throw new FormatException($"{path}: rope.scaling.attn_factor is {magnitude}");
            config = config with { RopeMagnitude = config.RopeMagnitude * times };
        }
        if (!file.Tensors.TryGetValue(RopeFactors, out var factors))
            return config;
        double[] divided = factors.ToTensor().To(DType.Float64).Reshape(-1).ToArray<double>();
        if (divided.Length != config.HeadWidth / 2)
            throw new FormatException($"{path}: {RopeFactors} has {divided.Length} numbers for {config.HeadWidth / 2} pairs of features");
        return config with { RopeFactors = config.RopeFactors is { } slowed ? [.. divided.Zip(slowed, (a, b) => a * b)] : divided };

        string? Fact(string key) => file.Metadata.TryGetValue($"{architecture}.rope.{key}", out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The name in a <see cref="Llama"/>; empty for what it works out by itself, null for what it has not.</summary>
    private static string? OwnName(string name)
    {
        switch (name)
        {
            case "token_embd.weight":
                return "model.embed_tokens.weight";
            case "output_norm.weight":
                return "model.norm.weight";
            case "output.weight":
                return "lm_head.weight";
            case RopeFactors:
                return "";
        }
        string[] parts = name.Split('.');
        if (parts is not ["blk", var layer, var part, "weight"] || !int.TryParse(layer, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            return null;
        string? own = InLayers.FirstOrDefault(p => p.Gguf == part).Own;
        return own is null ? null : $"model.layers.{layer}.{own}.weight";
    }

    private static string GgufName(string name) => name switch
    {
        "model.embed_tokens.weight" => "token_embd.weight",
        "model.norm.weight" => "output_norm.weight",
        "lm_head.weight" => "output.weight",
        _ => LayerName(name),
    };

    private static string LayerName(string name)
    {
        string[] parts = name.Split('.', 4);
        string part = parts[3][..^".weight".Length];
        return $"blk.{parts[2]}.{InLayers.First(p => p.Own == part).Gguf}.weight";
    }
}
