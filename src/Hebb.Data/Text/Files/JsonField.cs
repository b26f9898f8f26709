using System.Text.Json;
using System.Text.Unicode;

namespace Hebb.Data;

/// <summary>An object of a JSON file and its path, so that errors name the place.</summary>
internal readonly struct JsonField(JsonElement element, string path)
{
    public JsonElement Element => element;

    public string Path => path;

    public FormatException Error(string what) => new($"{path}: {what}");

    /// <summary>A property that is there and not null.</summary>
    public JsonField? Find(string name) =>
        Expect(JsonValueKind.Object, "an object").Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? new JsonField(value, $"{path}.{name}") : null;

    public JsonField Require(string name) => Find(name) ?? throw Error($"has no \"{name}\"");

    public string Text(string name) => Require(name).AsText();

    public string? TextOrNull(string name) => Find(name)?.AsText();

    public bool Flag(string name, bool otherwise) => Find(name) is { } field ? field.AsFlag() : otherwise;

    public int Integer(string name) => Require(name).AsInteger();

    public string AsText()
    {
        var self = Expect(JsonValueKind.String, "a text");
        try
        {
            return self.Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("has half of a surrogate pair");
        }
    }

    public bool AsFlag() => element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Error("is not true or false");

    public int AsInteger() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) ? value : throw Error("is not an integer");

    public double AsNumber() => element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw Error("is not a number");

    public JsonField[] AsArray()
    {
        var items = new JsonField[Expect(JsonValueKind.Array, "a list").Element.GetArrayLength()];
        int i = 0;
        foreach (var item in element.EnumerateArray()) items[i] = new JsonField(item, $"{Path}[{i++}]");
        return items;
    }

    public IEnumerable<(string Name, JsonField Value)> AsObject()
    {
        var self = Expect(JsonValueKind.Object, "an object");
        foreach (var property in self.Element.EnumerateObject()) yield return (Name(property, self), new JsonField(property.Value, self.Path));

        static string Name(JsonProperty property, JsonField self)
        {
            try
            {
                return property.Name;
            }
            catch (InvalidOperationException)
            {
                throw self.Error("has a name with half of a surrogate pair");
            }
        }
    }

    public JsonField Expect(JsonValueKind kind, string what) => element.ValueKind == kind ? this : throw Error($"is not {what}");

    /// <summary>Parses a file.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public static JsonDocument Parse(byte[] bytes, string source)
    {
        if (!Utf8.IsValid(bytes)) throw new FormatException($"{source}: is not UTF-8 text");
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException e)
        {
            throw new FormatException($"{source}: is no JSON: line {e.LineNumber + 1}: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
