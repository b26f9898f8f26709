using System.Globalization;

namespace Hebb.Models;

/// <summary>How positions are scaled for texts longer than those that a model was trained on first.</summary>
internal static class RopeScaling
{
    /// <summary>What the turns of each pair of features are divided by, from Hugging Face's <c>rope_scaling</c>: the kinds <c>linear</c> (Chen et al., 2023) and <c>llama3</c>.</summary>
    /// <exception cref="FormatException">It is of another kind, or lacks a number.</exception>
    public static double[]? Factors(IReadOnlyDictionary<string, string> facts, LlamaConfig config, string source)
    {
        string kind = facts.GetValueOrDefault("rope_type") ?? facts.GetValueOrDefault("type") ?? "default";
        switch (kind)
        {
            case "default" or "none":
                return null;
            case "linear":
                return [.. Enumerable.Repeat(Number("factor"), config.HeadWidth / 2)];
            case "llama3":
                double factor = Number("factor"), low = Number("low_freq_factor"), high = Number("high_freq_factor"), length = Number("original_max_position_embeddings");
                return [.. Enumerable.Range(0, config.HeadWidth / 2).Select(i => Llama3(Math.Pow(config.RopeTheta, -2.0 * i / config.HeadWidth)))];

                // Turns that are slow against the first length are slowed down by the factor, fast ones stay, those between change over evenly.
                double Llama3(double frequency)
                {
                    double turns = length * frequency / (2 * Math.PI);
                    if (turns > high)
                        return 1;
                    if (turns < low)
                        return factor;
                    double share = (turns - low) / (high - low);
                    return 1 / ((1 - share) / factor + share);
                }
            default:
                throw new FormatException($"{source}: its positions are scaled in the way '{kind.ReplaceLineEndings(" ")}', which is not supported");
        }

        double Number(string name) => facts.TryGetValue(name, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 ? number
            : throw new FormatException($"{source}: rope_scaling lacks {name}, or it is no positive number");
    }
}
