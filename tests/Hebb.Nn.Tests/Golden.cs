using System.Text.Json;

namespace Hebb.Nn.Tests;

/// <summary>Values computed by PyTorch, stored under Goldens/NAME.json by the script beside it: cases of named tensors.</summary>
internal static class Golden
{
    public static IEnumerable<TheoryDataRow<string>> Names(string file)
    {
        using var json = Open(file);
        return json.RootElement.GetProperty("cases").EnumerateArray().Select(c => new TheoryDataRow<string>(c.GetProperty("name").GetString()!)).ToArray();
    }

    public static Dictionary<string, Tensor> Load(string file, string name)
    {
        using var json = Open(file);
        var found = json.RootElement.GetProperty("cases").EnumerateArray().First(c => c.GetProperty("name").GetString() == name);
        return found.GetProperty("tensors").EnumerateObject().ToDictionary(t => t.Name, t => One(t.Value));
    }

    private static JsonDocument Open(string file) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", file + ".json")));

    private static Tensor One(JsonElement element)
    {
        Assert.True(DTypes.TryParse(element.GetProperty("dtype").GetString()!, out var dtype));
        int[] shape = [.. element.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32())];
        double[] data = [.. element.GetProperty("data").EnumerateArray().Select(Number)];
        return Tensor.From(data, shape).To(dtype);
    }

    private static double Number(JsonElement e) => e.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => e.GetString() switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, _ => double.NegativeInfinity },
        _ => e.GetDouble(),
    };
}
