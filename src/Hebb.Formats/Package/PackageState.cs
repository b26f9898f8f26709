using System.Text.Json;
using Hebb.Files;

namespace Hebb.Package;

/// <summary>The names of a model's parameters and buffers, what of them is trained and saved, and the further names of shared ones.</summary>
internal sealed record PackageState(
    IReadOnlyList<(string Name, bool Trained)> Parameters,
    IReadOnlyList<(string Name, bool Persistent)> Buffers,
    IReadOnlyList<(string Alias, string Name)> Aliases)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("parameters");
        foreach (var (name, trained) in Parameters)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            if (!trained)
                json.WriteBoolean("frozen", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("buffers");
        foreach (var (name, persistent) in Buffers)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            if (!persistent)
                json.WriteBoolean("transient", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (Aliases.Count == 0)
            return;
        json.WriteStartObject("aliases");
        foreach (var (alias, name) in Aliases)
            json.WriteString(alias, name);
        json.WriteEndObject();
    }

    public static PackageState Read(Json json) => new(
        Names(json["parameters"], "frozen"),
        Names(json["buffers"], "transient"),
        json.Find("aliases")?.Members().ConvertAll(a => (a.Name, a.Text())) ?? []);

    private static (string Name, bool Unmarked)[] Names(Json json, string mark)
    {
        var items = json.Items();
        var names = new (string, bool)[items.Count];
        for (int i = 0; i < names.Length; i++)
            names[i] = (items[i]["name"].Text(), items[i].Find(mark)?.Bool() != true);
        return names;
    }
}
