using System.Text.Json;

namespace Hebb.Formats.Tests.Tfjs;

/// <summary>Layers in both directions against the two layers of one direction that they stand for.</summary>
public sealed class BidirectionalTests : IDisposable
{
    private const int Features = 2, Units = 3, Steps = 5;

    private static readonly Tensor s_x = Tensor.RandN([2, Steps, Features], rng: new Rng(1));

    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("LSTM", "concat", true, "both/forward_inner/")]
    [InlineData("GRU", "sum", true, "both/forward_inner/gru_cell/")]
    [InlineData("SimpleRNN", "mul", false, "both/forward_inner/")]
    [InlineData("LSTM", "ave", false, "both/forward_inner/")]
    [InlineData("LSTM", "concat", false, "outer/both/forward_inner/lstm_cell_1/")]
    public void JoinsBothDirections(string kind, string merge, bool all, string place)
    {
        string settings = $"\"units\": {Units}, \"return_sequences\": {(all ? "true" : "false")}, \"activation\": \"tanh\", \"recurrent_activation\": \"sigmoid\", \"use_bias\": true";
        string One(bool backwards) => $"{{\"class_name\": \"{kind}\", \"config\": {{\"name\": \"inner\", \"go_backwards\": {(backwards ? "true" : "false")}, {settings}}}}}";
        var both = Model($"{{\"class_name\": \"Bidirectional\", \"config\": {{\"name\": \"both\", \"merge_mode\": \"{merge}\", \"layer\": {One(false)}}}}}", kind, place, place.Replace("forward", "backward", StringComparison.Ordinal));
        float[] there = Model(One(false), kind, "inner/").Call(s_x).ToArray<float>();
        float[] back = Model(One(true), kind, null, "inner/").Call(s_x).ToArray<float>();
        float[] found = both.Call(s_x).ToArray<float>();
        int steps = all ? Steps : 1, wide = merge == "concat" ? 2 * Units : Units;
        Assert.Equal(2 * steps * wide, found.Length);
        for (int n = 0; n < 2; n++)
        {
            for (int t = 0; t < steps; t++)
            {
                for (int u = 0; u < Units; u++)
                {
                    // The layer that goes backwards gives its steps in its own order.
                    float a = there[(n * steps + t) * Units + u], b = back[(n * steps + steps - 1 - t) * Units + u];
                    int at = (n * steps + t) * wide + u;
                    if (merge == "concat")
                        Assert.Equal((a, b), (found[at], found[at + Units]));
                    else
                        Assert.Equal(merge switch { "sum" => a + b, "mul" => a * b, _ => (a + b) / 2 }, found[at], 1e-6f);
                }
            }
        }
    }

    [Theory]
    [InlineData("null", "LSTM", "gives both directions by themselves")]
    [InlineData("\"min\"", "LSTM", "merge_mode: 'min' is not read")]
    [InlineData("\"sum\"", "Dense", "a layer of the class Dense in both directions is not read")]
    [InlineData("\"sum\"", "GRU", "the weight backward_inner/kernel is missing")]
    public void RefusesOthers(string merge, string kind, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Model($"{{\"class_name\": \"Bidirectional\", \"config\": {{\"name\": \"both\", \"merge_mode\": {merge}, \"layer\": {{\"class_name\": \"{kind}\", \"config\": {{\"name\": \"inner\", \"units\": {Units}}}}}}}}}", kind, "both/forward_inner/")).Message);

    /// <summary>A chain of one layer, with the weights of one direction, of the other, or both, under the names that begin so.</summary>
    private TfjsModel Model(string layer, string kind, string? forward, string? backward = null)
    {
        int gates = kind switch { "LSTM" => 4, "GRU" => 3, _ => 1 };
        var (specs, bytes) = (new List<string>(), new List<byte>());
        foreach (var (prefix, seed) in new[] { (forward, 10UL), (backward, 20UL) })
        {
            if (prefix is null)
                continue;
            foreach (var (part, shape, i) in ((string, int[], ulong)[])[("kernel", [Features, gates * Units], 0), ("recurrent_kernel", [Units, gates * Units], 1), ("bias", [gates * Units], 2)])
            {
                specs.Add($"{{\"name\": {JsonSerializer.Serialize(prefix + part)}, \"shape\": [{string.Join(", ", shape)}], \"dtype\": \"float32\"}}");
                foreach (float value in Tensor.RandN(shape, rng: new Rng(seed + i)).ToArray<float>())
                    bytes.AddRange(BitConverter.GetBytes(value));
            }
        }
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), [.. bytes]);
        string path = Path.Combine(_folder, "model.json");
        File.WriteAllText(path, $"{{\"modelTopology\": {{\"class_name\": \"Sequential\", \"config\": {{\"name\": \"s\", \"layers\": [{layer}]}}}}, \"weightsManifest\": [{{\"paths\": [\"w.bin\"], \"weights\": [{string.Join(", ", specs)}]}}]}}");
        return TfjsModel.Load(path);
    }
}
