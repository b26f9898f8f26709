using System.Text.Json;

namespace Hebb.Formats.Tests.Gguf;

/// <summary>Blocks and a file made from the published layouts by NumPy (Goldens/make_gguf.py).</summary>
internal static class GgufGolden
{
    private static readonly JsonElement s_json = JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "gguf.json"))).RootElement;

    public static byte[] File { get; } = s_json.GetProperty("file").GetBytesFromBase64();

    public static IEnumerable<GgufType> Types => s_json.GetProperty("cases").EnumerateArray().Select(c => Enum.Parse<GgufType>(c.GetProperty("type").GetString()!));

    public static (byte[] Blocks, float[] Values) Case(GgufType type)
    {
        var found = s_json.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("type").GetString() == type.ToString());
        byte[] values = found.GetProperty("values").GetBytesFromBase64();
        return (found.GetProperty("blocks").GetBytesFromBase64(), [.. Enumerable.Range(0, values.Length / 4).Select(i => BitConverter.ToSingle(values, 4 * i))]);
    }
}
