using System.Globalization;

namespace Hebb.Models;

/// <summary>How positions are scaled for texts longer than those that a model was trained on first, from Hugging Face's <c>rope_scaling</c>.</summary>
internal static class RopeScaling
{
    /// <summary>The sizes with <see cref="LlamaConfig.RopeFactors"/> and <see cref="LlamaConfig.RopeMagnitude"/>, of the kinds <c>linear</c> (Chen et al., 2023), <c>llama3</c> and <c>yarn</c> (Peng et al., 2023).</summary>
    /// <exception cref="FormatException">It is of another kind, or lacks a number.</exception>
    public static LlamaConfig Apply(IReadOnlyDictionary<string, string> facts, LlamaConfig config, string source)
    {
        string kind = facts.GetValueOrDefault("rope_type") ?? facts.GetValueOrDefault("type") ?? "default";
        int pairs = config.HeadWidth / 2;
        return kind switch
        {
            "default" or "none" => config,
            "linear" => config with { RopeFactors = [.. Enumerable.Repeat(Number("factor"), pairs)] },
            "llama3" => ScaledAsLlama3(Number("factor"), Number("low_freq_factor"), Number("high_freq_factor"), Number("original_max_position_embeddings")),
            "yarn" => ScaledByYarn(Number("factor"), Number("original_max_position_embeddings", config.Length)),
            _ => throw new FormatException($"{source}: its positions are scaled in the way '{kind.ReplaceLineEndings(" ")}', which is not supported"),
        };

        LlamaConfig ScaledAsLlama3(double factor, double low, double high, double length) =>
            config with { RopeFactors = [.. Enumerable.Range(0, pairs).Select(i => Llama3(length * Math.Pow(config.RopeTheta, -2.0 * i / config.HeadWidth) / (2 * Math.PI), factor, low, high))] };

        LlamaConfig ScaledByYarn(double factor, double length)
        {
            // The first pair that is slowed down, and the one from which on all are wholly: those that turn so often over the first length.
            double first = Pair(Number("beta_fast", 32), length), last = Pair(Number("beta_slow", 1), length);
            if (facts.GetValueOrDefault("truncate") is not ("false" or "False"))
                (first, last) = (Math.Floor(first), Math.Ceiling(last));
            (first, last) = (Math.Max(first, 0), Math.Min(last, config.HeadWidth - 1));
            bool both = facts.ContainsKey("mscale") && facts.ContainsKey("mscale_all_dim");
            return config with
            {
                RopeFactors = [.. Enumerable.Range(0, pairs).Select(i => Between(Math.Clamp((i - first) / Math.Max(last - first, 0.001), 0, 1), factor))],
                RopeMagnitude = Number("attention_factor", both ? Magnitude(factor, Number("mscale")) / Magnitude(factor, Number("mscale_all_dim")) : Magnitude(factor, 1)),
            };
        }

        // The pair, perhaps between two, that turns so often over a length.
        double Pair(double turns, double length) => config.HeadWidth * Math.Log(length / (turns * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));

        double Number(string name, double? missing = null) => !facts.TryGetValue(name, out string? text) && missing is { } number ? number
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && number > 0 && double.IsFinite(number) ? number
            : throw new FormatException($"{source}: rope_scaling lacks {name}, or it is no positive number");
    }

    // Turns that are slow against the first length are slowed down by the factor, fast ones stay, those between change over evenly.
    private static double Llama3(double turns, double factor, double low, double high) =>
        turns > high ? 1 : turns < low ? factor : Between(1 - (turns - low) / (high - low), factor);

    /// <summary>What turns are divided by of which a share is slowed down by the factor.</summary>
    private static double Between(double share, double factor) => 1 / (share / factor + (1 - share));

    private static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : 0.1 * scale * Math.Log(factor) + 1;
}
