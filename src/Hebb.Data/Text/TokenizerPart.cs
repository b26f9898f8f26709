using System.Text.Json;

namespace Hebb.Data;

/// <summary>A step of a tokenizer that stands as an object in tokenizer.json.</summary>
internal abstract class TokenizerPart
{
    /// <summary>Writes one object of tokenizer.json.</summary>
    public abstract void Write(Utf8JsonWriter json);

    protected static void Write(Utf8JsonWriter json, string type, Action? properties = null)
    {
        json.WriteStartObject();
        json.WriteString("type", type);
        properties?.Invoke();
        json.WriteEndObject();
    }
}
