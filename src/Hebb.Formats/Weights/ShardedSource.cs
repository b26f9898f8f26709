using System.Text.Json;
using Hebb.Files;

namespace Hebb.Weights;

/// <summary>Weights in several safetensors files, of which an index tells which is where. Files outside the folder of the index are never opened.</summary>
internal sealed class ShardedSource : WeightSource
{
    private readonly Dictionary<string, SafetensorsSource> _byName = [];
    private readonly List<SafetensorsSource> _shards = [];

    /// <exception cref="FormatException">It is no such index, names files elsewhere, or a file lacks what the index says.</exception>
    /// <exception cref="DataException">A file is missing.</exception>
    public ShardedSource(FileBytes index)
    {
        using var json = JsonDocument.Parse(index.Span(0, index.Length).ToArray());
        string folder = Path.GetDirectoryName(Path.GetFullPath(index.Name))!;
        var metadata = new Dictionary<string, string>();
        if (json.RootElement.TryGetProperty("metadata", out var facts) && facts.ValueKind == JsonValueKind.Object)
        {
            foreach (var fact in facts.EnumerateObject())
                metadata[fact.Name] = fact.Value.ToString();
        }
        Metadata = metadata;
        var entries = new List<WeightEntry>();
        Entries = entries;
        try
        {
            foreach (var shard in json.RootElement.GetProperty("weight_map").EnumerateObject().GroupBy(m => m.Value.GetString() ?? ""))
            {
                string path = Inside(folder, shard.Key);
                var source = Reading.Guard(path, () => new SafetensorsSource(FileBytes.Open(path)));
                _shards.Add(source);
                var known = source.Entries.ToDictionary(e => e.Name);
                foreach (var member in shard)
                {
                    if (!known.TryGetValue(member.Name, out var entry))
                        throw new FormatException($"says that '{member.Name}' is in {shard.Key}, which lacks it");
                    if (!_byName.TryAdd(member.Name, source))
                        throw new FormatException($"names '{member.Name}' twice");
                    entries.Add(entry);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            index.Dispose();
        }
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override Tensor Read(string name) => _byName[name].Read(name);

    public override void Dispose() => _shards.ForEach(s => s.Dispose());

    /// <summary>The path of a file of the folder.</summary>
    /// <exception cref="FormatException">The name leads out of the folder.</exception>
    public static string Inside(string folder, string name)
    {
        bool within = name.Length > 0 && !Path.IsPathRooted(name) && !name.Contains(':') && !name.Contains('\0') && name.Split('/', '\\').All(part => part is not ("" or "." or ".."));
        return within ? Path.Combine(folder, name) : throw new FormatException($"names the file '{name.ReplaceLineEndings(" ")}', which is not in its folder");
    }
}
