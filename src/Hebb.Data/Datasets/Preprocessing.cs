using System.Text.Json;

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
        if (kind.ValueEquals(ImagePreprocessing.KindName)) return ImagePreprocessing.Read(json);
        if (kind.ValueEquals(TablePreprocessing.KindName)) return TablePreprocessing.Read(json);
        throw new FormatException($"preprocessing: the kind \"{CsvTable.Shorten(kind.GetString()!)}\" is not known");
    }
}
