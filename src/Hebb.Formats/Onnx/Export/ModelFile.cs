using Google.Protobuf;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx.Export;

/// <summary>Writes the message and the weights, into one file or two. An old file stays until the new one is complete.</summary>
internal static class ModelFile
{
    /// <summary>A message holds less than 2^31 bytes; the graph takes some.</summary>
    private const long LargestInline = 1_800_000_000;

    /// <summary>Where tensors begin in a file of weights, as runtimes map them into memory.</summary>
    private const int Alignment = 4096;

    /// <summary>Writes a model; gives the file of weights, if there is one.</summary>
    /// <exception cref="IOException">A file can't be written; old ones are unharmed.</exception>
    public static string? Write(string path, ModelProto model, IReadOnlyDictionary<string, Tensor> weights, bool? external)
    {
        if (Directory.Exists(path))
            throw new ExportException($"{path} is a folder; name a file in it");
        if (!(external ?? weights.Values.Sum(w => w.DType.BytesFor(w.Count)) > LargestInline))
        {
            AtomicFile.Write(path, WithWeights(model, weights).WriteTo);
            return null;
        }
        string data = path + ".data";
        long at = 0;
        foreach (var (name, weight) in weights)
        {
            at = Aligned(at);
            model.Graph.Initializer.Add(TensorWriter.WriteExternal(name, weight, Path.GetFileName(data), at));
            at += weight.DType.BytesFor(weight.Count);
        }
        AtomicFile.Write([(data, stream => WriteData(stream, weights)), (path, model.WriteTo)]);
        return data;
    }

    /// <summary>The message with the weights inside.</summary>
    public static ModelProto WithWeights(ModelProto model, IReadOnlyDictionary<string, Tensor> weights)
    {
        foreach (var (name, weight) in weights)
            model.Graph.Initializer.Add(TensorWriter.Write(name, weight));
        return model;
    }

    private static void WriteData(Stream stream, IReadOnlyDictionary<string, Tensor> weights)
    {
        long at = 0;
        foreach (var weight in weights.Values)
        {
            long start = Aligned(at);
            stream.Write(new byte[start - at]);
            TensorWriter.WriteBytes(stream, weight);
            at = start + weight.DType.BytesFor(weight.Count);
        }
    }

    private static long Aligned(long at) => (at + Alignment - 1) / Alignment * Alignment;
}
