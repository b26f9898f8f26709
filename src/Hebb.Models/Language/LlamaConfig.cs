using System.Globalization;
using System.Text.Json;

namespace Hebb.Models;

/// <summary>The sizes of a <see cref="Llama"/>.</summary>
public sealed record LlamaConfig
{
    /// <summary>The number of tokens.</summary>
    public int Vocabulary { get; init; } = 32000;

    /// <summary>The number of features of a token.</summary>
    public int Dimensions { get; init; } = 4096;

    /// <summary>The number of features inside the feed-forward parts.</summary>
    public int Hidden { get; init; } = 11008;

    /// <summary>The number of layers.</summary>
    public int Layers { get; init; } = 32;

    /// <summary>The number of heads of attention.</summary>
    public int Heads { get; init; } = 32;

    /// <summary>The number of heads of keys and values, which divides that of heads.</summary>
    public int KvHeads { get; init; } = 32;

    /// <summary>The number of features of a head; by default those of a token divided by the heads.</summary>
    public int? HeadDimensions { get; init; }

    /// <summary>The most tokens that the model was trained for.</summary>
    public int Length { get; init; } = 2048;

    /// <summary>Added to mean squares in norms.</summary>
    public double NormEps { get; init; } = 1e-5;

    /// <summary>The base of the angles of positions.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>What the turns of each pair of features of a head are divided by, for texts longer than those that a model was trained on first; null for 1.</summary>
    public IReadOnlyList<double>? RopeFactors { get; init; }

    /// <summary>What turned queries and keys are multiplied by, as YaRN asks for.</summary>
    public double RopeMagnitude { get; init; } = 1;

    /// <summary>Whether the embedding of tokens is the last layer too.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>The features of a head.</summary>
    public int HeadWidth => HeadDimensions ?? Dimensions / Heads;

    /// <summary>Reads Hugging Face's <c>config.json</c>.</summary>
    /// <exception cref="FormatException">It is no JSON, of another kind of model, or lacks a size.</exception>
    public static LlamaConfig FromJson(ReadOnlyMemory<byte> json, string source = "config.json")
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var facts = Facts(document.RootElement);
            // Newer files tell all of it in one place.
            bool whole = document.RootElement.TryGetProperty("rope_parameters", out var scaling) && scaling.ValueKind == JsonValueKind.Object;
            if (whole && scaling.TryGetProperty("rope_theta", out var theta))
                facts["rope_theta"] = theta.ToString();
            var config = FromFacts(facts, source);
            if (!whole && (!document.RootElement.TryGetProperty("rope_scaling", out scaling) || scaling.ValueKind == JsonValueKind.Null))
                return config;
            return RopeScaling.Apply(Facts(scaling), config, source);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"{source}: is no JSON object: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static Dictionary<string, string> Facts(JsonElement json) =>
        json.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).GroupBy(p => p.Name).ToDictionary(p => p.Key, p => p.Last().Value.ToString());

    /// <summary>Sizes by Hugging Face's names, such as <c>hidden_size</c>.</summary>
    internal static LlamaConfig FromFacts(IReadOnlyDictionary<string, string> facts, string source)
    {
        if (facts.TryGetValue("model_type", out string? kind) && kind is not ("llama" or "mistral"))
            throw new FormatException($"{source}: is a model of the kind {kind}, not llama");
        var config = new LlamaConfig
        {
            Vocabulary = Size("vocab_size"),
            Dimensions = Size("hidden_size"),
            Hidden = Size("intermediate_size"),
            Layers = Size("num_hidden_layers"),
            Heads = Size("num_attention_heads"),
            KvHeads = Size("num_key_value_heads", Size("num_attention_heads")),
            HeadDimensions = facts.ContainsKey("head_dim") ? Size("head_dim") : null,
            Length = Size("max_position_embeddings", 2048),
            NormEps = Number("rms_norm_eps", 1e-5),
            RopeTheta = Number("rope_theta", 10000),
            TieEmbeddings = facts.TryGetValue("tie_word_embeddings", out string? tie) && tie.Equals("true", StringComparison.OrdinalIgnoreCase),
        };
        return config;

        int Size(string name, int? missing = null) => !facts.TryGetValue(name, out string? text) ? missing ?? throw new FormatException($"{source}: lacks {name}")
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size is > 0 and < 1 << 28 ? size : throw new FormatException($"{source}: {name} is {text}");

        double Number(string name, double missing) => !facts.TryGetValue(name, out string? text) ? missing
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 ? number : throw new FormatException($"{source}: {name} is {text}");
    }
}
