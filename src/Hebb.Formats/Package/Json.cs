using System.Text.Json;

namespace Hebb.Package;

/// <summary>A part of a JSON file that knows where it is: what is missing or of another kind is an error that names the place.</summary>
internal readonly struct Json(JsonElement element, string at)
{
    public string At => at;

    public JsonValueKind Kind => element.ValueKind;

    public bool Has(string name) => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out _);

    public Json this[string name] => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value)
        ? new Json(value, $"{at}.{name}")
        : throw new FormatException($"{at} has no \"{name}\"");

    public List<Json> Items()
    {
        if (element.ValueKind != JsonValueKind.Array)
            throw new FormatException($"{at} is no list");
        var items = new List<Json>(element.GetArrayLength());
        foreach (var item in element.EnumerateArray())
            items.Add(new Json(item, $"{at}[{items.Count}]"));
        return items;
    }

    public List<(string Name, Json Value)> Members()
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new FormatException($"{at} is no object");
        var members = new List<(string, Json)>();
        foreach (var member in element.EnumerateObject())
            members.Add((member.Name, new Json(member.Value, $"{at}.{member.Name}")));
        return members;
    }

    public string Text()
    {
        if (element.ValueKind != JsonValueKind.String)
            throw new FormatException($"{at} is no text");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"{at} is no valid text", e);
        }
    }

    public string TextOr(string name, string missing) => Has(name) ? this[name].Text() : missing;

    public int Int() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int value) ? value : throw new FormatException($"{at} is no integer of 32 bits");

    public long Long() => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) ? value : throw new FormatException($"{at} is no integer of 64 bits");

    public bool Bool() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw new FormatException($"{at} is neither true nor false"),
    };

    /// <summary>A number; those that JSON lacks are the texts inf, -inf and nan.</summary>
    public double Number()
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            return Text() switch
            {
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                "nan" => double.NaN,
                _ => throw new FormatException($"{at} is no number"),
            };
        }
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) ? value : throw new FormatException($"{at} is no number");
    }

    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
    }

    public DType DType()
    {
        string text = Text();
        return DTypes.TryParse(text, out var dtype) ? dtype : throw new FormatException($"{at}: no element type is called '{text}'");
    }

    public System.Text.Json.JsonElement Element => element;
}
