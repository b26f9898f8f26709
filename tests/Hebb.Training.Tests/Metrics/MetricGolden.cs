using System.Text.Json;

namespace Hebb.Training.Tests;

/// <summary>Figures of scikit-learn, scipy and nltk, and the samples they are of: Goldens/metrics.json, written by the script beside it.</summary>
internal static class MetricGolden
{
    private static readonly JsonElement s_root = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "metrics.json"))).RootElement;

    public const int Count = 40;

    public static IReadOnlyDictionary<string, double> Values { get; } = s_root.GetProperty("values").EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetDouble());

    public static IReadOnlyList<(string Text, string[] References)> Texts { get; } =
        [.. s_root.GetProperty("texts").EnumerateArray().Select(t => (t.GetProperty("text").GetString()!, t.GetProperty("references").EnumerateArray().Select(r => r.GetString()!).ToArray()))];

    public static Tensor Data(string name)
    {
        var entry = s_root.GetProperty("data").GetProperty(name);
        int[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
        return Tensor.From<double>([.. entry.GetProperty("data").EnumerateArray().Select(d => d.GetDouble())], shape);
    }
}
