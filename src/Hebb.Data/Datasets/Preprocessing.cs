using System.Runtime.InteropServices;
using System.Text.Json;
using Hebb.Files;

namespace Hebb.Data;

/// <summary>How a model's input is made from what a user has. Saved with the model, so that serving does what training did.</summary>
public abstract record Preprocessing
{
    /// <summary>What it starts from, such as <c>image</c>: the <c>kind</c> of its JSON.</summary>
    public abstract string Kind { get; }

    /// <summary>Writes one JSON object.</summary>
    public abstract void WriteJson(Utf8JsonWriter writer);

    /// <summary>Reads what <see cref="WriteJson"/> wrote.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Preprocessing FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("kind", out var kind) || kind.ValueKind != JsonValueKind.String)
            throw new FormatException("preprocessing: is no JSON object with a \"kind\"");
        if (kind.ValueEquals(ImagePreprocessing.KindName)) return ImagePreprocessing.Read(Json.Parse(JsonMarshal.GetRawUtf8Value(json).ToArray(), "preprocessing"));
        if (kind.ValueEquals(TablePreprocessing.KindName)) return TablePreprocessing.Read(json);
        throw new FormatException($"preprocessing: the kind \"{CsvTable.Shorten(kind.GetString()!)}\" is not known");
    }

    /// <summary>Reads a JSON text, that of images without loading the system's reader.</summary>
    /// <exception cref="FormatException">It is not what <see cref="WriteJson"/> wrote.</exception>
    internal static Preprocessing FromJson(byte[] text, string name)
    {
        var json = Json.Parse(text, name);
        if (json.Find("kind") is { Kind: JsonKind.String } kind && kind.Text() == ImagePreprocessing.KindName) return ImagePreprocessing.Read(json);
        using var document = JsonDocument.Parse(text);
        return FromJson(document.RootElement);
    }
}
