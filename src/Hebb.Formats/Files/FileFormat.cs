using System.IO.Compression;
using Hebb.Files;
using Hebb.Torch;
using Hebb.Weights;

namespace Hebb;

/// <summary>What kind of file it is.</summary>
public enum FileFormat
{
    /// <summary>None that is known.</summary>
    Unknown,

    /// <summary>A whole model that <c>model.Save</c> wrote.</summary>
    HebbModel,

    /// <summary>Tensors by name, in the safetensors format.</summary>
    Safetensors,

    /// <summary>The <c>model.safetensors.index.json</c> of weights in several safetensors files.</summary>
    SafetensorsIndex,

    /// <summary>One NumPy array.</summary>
    Npy,

    /// <summary>NumPy arrays by name.</summary>
    Npz,

    /// <summary>What <c>torch.save</c> wrote.</summary>
    Torch,

    /// <summary>Quantised weights and metadata, as llama.cpp reads them.</summary>
    Gguf,

    /// <summary>The weights of a Llama, as llama2.c reads them.</summary>
    Llama2c,

    /// <summary>An ONNX graph.</summary>
    Onnx,

    /// <summary>The <c>model.json</c> of a TensorFlow.js model.</summary>
    TensorFlowJs,

    /// <summary>A TensorFlow Lite graph.</summary>
    TensorFlowLite,
}

/// <summary>Tells kinds of files apart.</summary>
public static class FileFormats
{
    private const int JsonHead = 1 << 20;

    /// <summary>The kind of a file, by what it holds and not by its name; only where the bytes of a kind have no mark of their own does the name help.</summary>
    /// <param name="path">A file.</param>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static FileFormat Recognise(string path)
    {
        using var file = FileBytes.Open(path);
        return Recognise(file);
    }

    /// <summary>The name that people know a kind by, such as <c>PyTorch</c>.</summary>
    public static string NameOf(FileFormat format) => format switch
    {
        FileFormat.HebbModel => "Hebb model",
        FileFormat.Safetensors => "safetensors",
        FileFormat.SafetensorsIndex => "safetensors in several files",
        FileFormat.Npy => "NumPy array",
        FileFormat.Npz => "NumPy arrays",
        FileFormat.Torch => "PyTorch",
        FileFormat.Gguf => "GGUF",
        FileFormat.Llama2c => "llama2.c",
        FileFormat.Onnx => "ONNX",
        FileFormat.TensorFlowJs => "TensorFlow.js",
        FileFormat.TensorFlowLite => "TensorFlow Lite",
        _ => "of no known format",
    };

    internal static FileFormat Recognise(FileBytes file)
    {
        var head = file.Head(JsonHead);
        if (head.StartsWith("GGUF"u8))
            return FileFormat.Gguf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
            return FileFormat.Npy;
        if (head.Length >= 8 && head.Slice(4, 4).SequenceEqual("TFL3"u8))
            return FileFormat.TensorFlowLite;
        if (TorchReader.IsZip(head))
            return InZip(file);
        if (TorchReader.IsLegacy(head))
            return FileFormat.Torch;
        if (head.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return head.IndexOf("\"weight_map\""u8) >= 0 ? FileFormat.SafetensorsIndex : head.IndexOf("\"weightsManifest\""u8) >= 0 || head.IndexOf("\"modelTopology\""u8) >= 0 ? FileFormat.TensorFlowJs : FileFormat.Unknown;
        if (head.Length > 8 && head[8] == (byte)'{' && BitConverter.ToUInt64(head) <= (ulong)(file.Length - 8))
            return FileFormat.Safetensors;
        // Protobuf has no mark: the version of the format, then the field of a name, the graph or the operator sets.
        if (Path.GetExtension(file.Name).Equals(".onnx", StringComparison.OrdinalIgnoreCase) || head is [0x08, > 0 and < 32, 0x12 or 0x1A or 0x3A or 0x42, ..])
            return FileFormat.Onnx;
        return Llama2cSource.Fits(file) ? FileFormat.Llama2c : FileFormat.Unknown;
    }

    /// <summary>What to say of a file that is not of the kinds that were looked for.</summary>
    internal static FormatException Refusal(string path, FileFormat format, string what) =>
        new(format == FileFormat.Unknown ? $"{path}: is of no format that is known" : $"{path}: is {NameOf(format)}, {what}");

    private static FileFormat InZip(FileBytes file)
    {
        try
        {
            using var stream = file.AsStream();
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            foreach (var entry in zip.Entries)
            {
                if (entry.FullName == "graph.json")
                    return FileFormat.HebbModel;
                if (entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
                    return FileFormat.Torch;
                if (entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
                    return FileFormat.Npz;
            }
            return FileFormat.Unknown;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            // A damaged archive: the reader of the most likely kind says what is wrong with it.
            return file.Name.EndsWith(".hebb", StringComparison.Ordinal) ? FileFormat.HebbModel : file.Name.EndsWith(".npz", StringComparison.Ordinal) ? FileFormat.Npz : FileFormat.Torch;
        }
    }
}
