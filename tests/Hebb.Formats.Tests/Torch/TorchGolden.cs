using System.Text.Json;

namespace Hebb.Formats.Tests.Torch;

/// <summary>Files as PyTorch writes them (Goldens/make_torch.py).</summary>
internal static class TorchGolden
{
    private static readonly JsonElement s_json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "torch.json"))).RootElement;

    public static IEnumerable<string> Names => s_json.GetProperty("files").EnumerateObject().Select(f => f.Name);

    public static byte[] Bytes(string name) => s_json.GetProperty("files").GetProperty(name).GetBytesFromBase64();

    public static TorchFile Load(string name) => TorchFile.Load(Bytes(name), "m.pt");

    /// <summary>The weight of the model in the checkpoints, [4, 3].</summary>
    public static float[] Weight => [.. s_json.GetProperty("weight").EnumerateArray().Select(n => n.GetSingle())];
}
