using Hebb.Files;
using Hebb.Tfjs;
using Hebb.Tflite;
using Hebb.Weights;

namespace Hebb;

/// <summary>
/// Named tensors in a file of any kind: safetensors (also in several files with an index), PyTorch, NumPy, GGUF, llama2.c, TensorFlow.js and Lite. The kind is seen from the bytes. Names, shapes and types are read when
/// it is opened, values when they are asked for.
/// <code>using var file = WeightFile.Open("model.safetensors");
/// foreach (var entry in file.Entries) Console.WriteLine(entry);
/// var embedding = file.Read("model.embed_tokens.weight");</code>
/// </summary>
public sealed partial class WeightFile : IDisposable
{
    private readonly FileBytes _file;
    private readonly WeightSource _source;
    private readonly HashSet<string> _names;

    private WeightFile(FileBytes file, FileFormat format, WeightSource source)
    {
        (Path, Format, _file, _source) = (file.Name, format, file, source);
        _names = [.. source.Entries.Select(e => e.Name)];
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its kind.</summary>
    public FileFormat Format { get; }

    /// <summary>Its tensors, in its order.</summary>
    public IReadOnlyList<WeightEntry> Entries => _source.Entries;

    /// <summary>What it says beside its tensors, as text.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _source.Metadata;

    /// <summary>Opens a file.</summary>
    /// <param name="path">A file of any kind that holds weights.</param>
    /// <param name="at">In a PyTorch file the keys that lead to the state, joined by dots; null to look for it.</param>
    /// <exception cref="FormatException">It is of no such kind, or damaged.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read; or no such key in it.</exception>
    public static WeightFile Open(string path, string? at = null) => Open(FileBytes.Open(path), at);

    /// <summary>Opens a file in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="at">In a PyTorch file the keys that lead to the state, joined by dots; null to look for it.</param>
    /// <exception cref="FormatException">It is of no such kind, or damaged.</exception>
    public static WeightFile Open(byte[] bytes, string name = "weights", string? at = null) => Open(new FileBytes(bytes, name), at);

    /// <summary>Reads all tensors of a file.</summary>
    /// <inheritdoc cref="Open(string, string?)"/>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, string? at = null)
    {
        using var file = Open(path, at);
        return file.ReadAll();
    }

    /// <summary>Reads a tensor. Quantised blocks, and whole numbers with a scale, are made float32.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public Tensor Read(string name)
    {
        if (!_names.Contains(name))
            throw new DataException($"{Path}: holds no tensor '{name}'");
        return Reading.Guard(Path, () => _source.Read(name));
    }

    /// <summary>Reads all tensors.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public IReadOnlyDictionary<string, Tensor> ReadAll() => new OrderedDictionary<string, Tensor>(Entries.Select(e => KeyValuePair.Create(e.Name, Read(e.Name))));

    public void Dispose()
    {
        _source.Dispose();
        _file.Dispose();
    }

    internal static WeightFile Open(FileBytes file, string? at = null, bool all = false)
    {
        try
        {
            var format = FileFormats.Recognise(file);
            return new WeightFile(file, format, Reading.Guard(file.Name, () => Source(file, format, at, all)));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static WeightSource Source(FileBytes file, FileFormat format, string? at, bool all) => format switch
    {
        FileFormat.Safetensors => new SafetensorsSource(file),
        FileFormat.SafetensorsIndex => new ShardedSource(file),
        FileFormat.Torch => new TorchSource(file, at, all),
        FileFormat.Npz => new NumpySource(file, one: false),
        FileFormat.Npy => new NumpySource(file, one: true),
        FileFormat.Gguf => new GgufSource(file),
        FileFormat.Llama2c => new Llama2cSource(file),
        FileFormat.TensorFlowJs => new TfjsWeights(TfjsWeights.Parse(file), file.Name),
        FileFormat.TensorFlowLite => new TfliteWeights(file),
        FileFormat.HebbModel => throw FileFormats.Refusal(file.Name, format, "a whole model: read it with Model.Load, and take its StateDict()"),
        _ => throw FileFormats.Refusal(file.Name, format, "which holds no weights by name"),
    };
}
