using Hebb.Files;
using Hebb.Weights;

namespace Hebb.Tfjs;

/// <summary>The weights of a TensorFlow.js model: its <c>model.json</c> tells names, shapes and types, one after the other in the bytes of several files of its folder, perhaps rounded to 8 or 16 bits.</summary>
internal sealed class TfjsWeights : WeightSource
{
    private readonly List<Group> _groups = [];
    private readonly Dictionary<string, Place> _places = [];
    private readonly List<WeightEntry> _entries = [];

    /// <exception cref="FormatException">It is no such file, names files elsewhere, or they are too short.</exception>
    /// <exception cref="DataException">A file is missing.</exception>
    public TfjsWeights(Json model, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Metadata = Facts(model);
        try
        {
            foreach (var manifest in model.Has("weightsManifest") ? model["weightsManifest"].Items() : [])
            {
                var group = new Group(manifest["paths"].Items().ConvertAll(p => FileBytes.Open(ShardedSource.Inside(folder, p.Text()))));
                _groups.Add(group);
                long at = 0;
                foreach (var weight in manifest["weights"].Items())
                    at = Add(group, weight, at);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public override IReadOnlyList<WeightEntry> Entries => _entries;

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The parts of a <c>model.json</c>.</summary>
    /// <exception cref="FormatException">It is no JSON.</exception>
    public static Json Parse(FileBytes file) => Json.Parse(file.Span(0, file.Length).ToArray(), "model.json");

    public override Tensor Read(string name)
    {
        var place = _places[name];
        var stored = place.Group.Read(place.At, place.Shape, place.Stored);
        if (place.Stored == DType.Float16)
            return stored.To(place.DType);
        return place.Scale is { } scale ? (stored.To(DType.Float32) * scale + place.Least).To(place.DType) : stored;
    }

    public override void Dispose() => _groups.ForEach(g => g.Files.ForEach(f => f.Dispose()));

    private long Add(Group group, Json weight, long at)
    {
        string name = weight["name"].Text(), type = weight["dtype"].Text();
        var shape = Reading.Shape([.. weight["shape"].Items().ConvertAll(s => s.Long())], $"'{name}'");
        var dtype = Type(type, name);
        var place = new Place(group, at, shape, dtype, dtype, null, 0);
        if (weight.Has("quantization"))
        {
            var rounding = weight["quantization"];
            string stored = rounding["dtype"].Text();
            place = stored switch
            {
                "float16" => place with { Stored = DType.Float16 },
                "uint8" or "uint16" => place with { Stored = stored == "uint8" ? DType.UInt8 : DType.UInt16, Scale = rounding["scale"].Number(), Least = rounding["min"].Number() },
                _ => throw new FormatException($"'{name}' is rounded to {stored}, which is not read"),
            };
        }
        long bytes = place.Stored.BytesFor(shape.Count);
        if (bytes > group.Length - at)
            throw new FormatException($"'{name}' ends at byte {at + bytes} of files that have {group.Length}");
        if (!_places.TryAdd(name, place))
            throw new FormatException($"names '{name}' twice");
        _entries.Add(new WeightEntry(name, shape, place.Stored == dtype ? dtype.Name : $"{dtype.Name} as {place.Stored.Name}", bytes));
        return at + bytes;
    }

    private static DType Type(string type, string name) => type switch
    {
        "float32" => DType.Float32,
        "int32" => DType.Int32,
        "bool" => DType.Bool,
        "complex64" => DType.Complex64,
        _ => throw new FormatException($"'{name}' is of the type {type}, which is not read"),
    };

    private static Dictionary<string, string> Facts(Json model)
    {
        var facts = new Dictionary<string, string>();
        foreach (string key in (string[])["format", "generatedBy", "convertedBy"])
        {
            if (model.Has(key) && model[key].Kind == JsonKind.String)
                facts[key] = model[key].Text();
        }
        return facts;
    }

    private sealed record Place(Group Group, long At, Shape Shape, DType DType, DType Stored, double? Scale, double Least);

    /// <summary>Files read as one.</summary>
    private sealed record Group(List<FileBytes> Files)
    {
        public long Length { get; } = Files.Sum(f => f.Length);

        public unsafe Tensor Read(long at, Shape shape, DType dtype)
        {
            var x = Tensor.Empty(shape, dtype);
            long done = 0, bytes = dtype.BytesFor(shape.Count);
            foreach (var file in Files)
            {
                if (at < file.Length && done < bytes)
                {
                    int take = (int)Math.Min(Math.Min(file.Length - at, bytes - done), int.MaxValue);
                    file.Span(at, take).CopyTo(new Span<byte>(x.Pointer + done, take));
                    done += take;
                    at += take;
                }
                at -= file.Length;
                at = Math.Max(at, 0);
            }
            GC.KeepAlive(x);
            return x;
        }
    }
}
