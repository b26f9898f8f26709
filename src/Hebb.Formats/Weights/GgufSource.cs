using Hebb.Files;
using Hebb.Gguf;

namespace Hebb.Weights;

/// <summary>A GGUF file, whose blocks are made float32 when they are read.</summary>
internal sealed class GgufSource : WeightSource
{
    private readonly FileBytes _file;
    private readonly Dictionary<string, GgufReader.Place> _places;

    /// <exception cref="FormatException">It is no GGUF file, or is damaged.</exception>
    public GgufSource(FileBytes file)
    {
        _file = file;
        var (metadata, places) = GgufReader.Read(file);
        _places = places.ToDictionary(p => p.Name);
        Entries = places.ConvertAll(p => new WeightEntry(p.Name, p.Shape, p.Type.ToString(), p.Type.BytesFor(p.Shape.Count)));
        Metadata = new OrderedDictionary<string, string>(metadata.Select(m => KeyValuePair.Create(m.Key, GgufFile.Describe(m.Value))));
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override Tensor Read(string name) => GgufFile.Read(_file, _places[name]).ToTensor();

    public override void Dispose() => _file.Dispose();
}
