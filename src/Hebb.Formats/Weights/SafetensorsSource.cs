using System.Buffers.Binary;
using Hebb.Files;

namespace Hebb.Weights;

/// <summary>A safetensors file, mapped: only what is asked for is read.</summary>
internal sealed class SafetensorsSource : WeightSource
{
    private readonly FileBytes _file;
    private readonly long _start;
    private readonly Dictionary<string, SafetensorsEntry> _byName;

    /// <exception cref="FormatException">It is not safetensors, or is damaged.</exception>
    public SafetensorsSource(FileBytes file)
    {
        _file = file;
        long length = BinaryPrimitives.ReadInt64LittleEndian(file.Span(0, 8));
        if (length is < 2 or > Safetensors.MaxHeader)
            throw new FormatException("not a safetensors file");
        _start = 8 + length;
        var (entries, metadata) = Safetensors.ParseHeader(file.Span(8, length).ToArray(), file.Length - _start);
        _byName = entries.ToDictionary(e => e.Name);
        Entries = entries.ConvertAll(e => new WeightEntry(e.Name, e.Shape, e.DType));
        Metadata = metadata;
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override Tensor Read(string name)
    {
        var entry = _byName[name];
        return _file.Read(_start + entry.From, entry.Shape, entry.DType);
    }

    public override void Dispose() => _file.Dispose();
}
