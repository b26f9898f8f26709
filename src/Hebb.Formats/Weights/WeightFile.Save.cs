using System.Globalization;
using System.Text.Json;
using Hebb.Data;

namespace Hebb;

public sealed partial class WeightFile
{
    /// <summary>
    /// Writes tensors by name, in the format that the ending of the file's name says: <c>.safetensors</c>; <c>.pt</c>, <c>.pth</c>, <c>.ckpt</c> or <c>.th</c> for PyTorch; <c>.npz</c>; <c>.gguf</c>.
    /// An old file is replaced only when the new one is complete.
    /// </summary>
    /// <param name="path">Where to.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="metadata">What is said beside them; kept by safetensors and GGUF.</param>
    /// <exception cref="DataException">The ending says no format that weights are written in.</exception>
    /// <exception cref="DTypeException">The format lacks an element type.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        switch (FormatFor(path))
        {
            case FileFormat.Safetensors:
                Safetensors.Save(path, tensors, metadata);
                break;
            case FileFormat.Torch:
                TorchFile.Save(path, tensors);
                break;
            case FileFormat.Npz:
                Npz.Write(path, tensors);
                break;
            case FileFormat.Gguf:
                GgufFile.Save(path, tensors.ToDictionary(t => t.Key, t => new GgufTensor(t.Value.Detach().Contiguous(), GgufTypes.Of(t.Value.DType, t.Key), t.Value.Shape)), metadata?.ToDictionary(m => m.Key, m => (object)m.Value));
                break;
        }
    }

    /// <summary>The format that <see cref="Save"/> writes to such a name.</summary>
    /// <exception cref="DataException">There is none.</exception>
    public static FileFormat FormatFor(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".safetensors" => FileFormat.Safetensors,
        ".npz" => FileFormat.Npz,
        ".gguf" => FileFormat.Gguf,
        ".pt" or ".pth" or ".ckpt" or ".th" => FileFormat.Torch,
        var other => throw new DataException($"{path}: weights are not written as '{other}'; there are .safetensors, .pt, .npz and .gguf"),
    };

    /// <summary>
    /// Writes tensors to several safetensors files in a folder, as large models are kept: <c>model-00001-of-00003.safetensors</c> … and <c>model.safetensors.index.json</c>, which tells what is where.
    /// </summary>
    /// <param name="folder">Where to; made if it is not there. What is there of the same names is replaced only when all is complete.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="most">The most bytes of a file; a larger tensor gets one of its own.</param>
    /// <param name="metadata">What is said beside the tensors, in every file.</param>
    /// <returns>The path of the index.</returns>
    /// <exception cref="DTypeException">An element type that safetensors lacks.</exception>
    /// <exception cref="IOException">A file can't be written.</exception>
    public static string SaveSharded(string folder, IReadOnlyDictionary<string, Tensor> tensors, long most = 5L << 30, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var shards = new List<Dictionary<string, Tensor>>();
        long bytes = 0, total = 0;
        foreach (var (name, tensor) in tensors)
        {
            long size = tensor.DType.BytesFor(tensor.Count);
            if (shards.Count == 0 || (bytes + size > most && shards[^1].Count > 0))
            {
                shards.Add([]);
                bytes = 0;
            }
            shards[^1].Add(name, tensor);
            bytes += size;
            total += size;
        }
        string[] files = [.. Enumerable.Range(1, shards.Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"model-{i:00000}-of-{shards.Count:00000}.safetensors"))];
        string index = System.IO.Path.Combine(folder, "model.safetensors.index.json");
        AtomicFile.Write([
            .. files.Zip(shards, (file, shard) => (System.IO.Path.Combine(folder, file), (Action<Stream>)(stream => Safetensors.Save(stream, shard, metadata)))),
            // The index comes last: until it is there, nobody takes the files for a whole.
            (index, stream => WriteIndex(stream, files, shards, total)),
        ]);
        return index;
    }

    private static void WriteIndex(Stream stream, string[] files, List<Dictionary<string, Tensor>> shards, long total)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteStartObject("metadata");
        json.WriteNumber("total_size", total);
        json.WriteEndObject();
        json.WriteStartObject("weight_map");
        for (int i = 0; i < files.Length; i++)
        {
            foreach (string name in shards[i].Keys)
                json.WriteString(name, files[i]);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
