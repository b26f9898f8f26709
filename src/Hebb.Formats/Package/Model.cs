using Hebb.Files;
using Hebb.Package;

namespace Hebb;

/// <summary>Models from files.</summary>
public static class Model
{
    /// <summary>
    /// Reads a whole model, whatever wrote it: the kind is seen from the bytes. No code of the file runs.
    /// </summary>
    /// <param name="path">A file that <see cref="ModelSaving.Save(Module, string, ReadOnlySpan{Tensor})"/> wrote, which gives a <see cref="LoadedModel"/>; an ONNX file, which gives an <see cref="OnnxModel"/>; or the <c>model.json</c> of TensorFlow.js, which gives a <see cref="TfjsModel"/>.</param>
    /// <exception cref="FormatException">The file is damaged, was written by a newer version, or holds no whole model; where it holds weights alone, the message says what to do.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static Module Load(string path)
    {
        using var file = FileBytes.Open(path);
        var format = FileFormats.Recognise(file);
        return format switch
        {
            FileFormat.HebbModel => LoadPackage(file),
            FileFormat.Onnx => OnnxModel.Load(path),
            FileFormat.TensorFlowJs => TfjsModel.Load(file),
            FileFormat.TensorFlowLite => TfliteModel.Load(file),
            FileFormat.Torch or FileFormat.Safetensors or FileFormat.SafetensorsIndex or FileFormat.Npz or FileFormat.Gguf or FileFormat.Llama2c =>
                throw FileFormats.Refusal(path, format, "weights without a graph: make the module in code, and call module.LoadPretrained(path)"),
            FileFormat.Unknown when path.EndsWith(".hebb", StringComparison.Ordinal) => LoadPackage(file),
            _ => throw FileFormats.Refusal(path, format, "which is not read as a model"),
        };
    }

    /// <summary>Reads a model that <see cref="ModelSaving.Save(Module, string, ReadOnlySpan{Tensor})"/> wrote: names of Hebb's own ops and numbers, all of which is checked.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is no Hebb model, is damaged, or was written by a newer version.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static LoadedModel LoadPackage(string path)
    {
        using var file = FileBytes.Open(path);
        return LoadPackage(file);
    }

    /// <summary>Reads a model that <see cref="ModelSaving.Save(Module, Stream, ReadOnlySpan{Tensor})"/> wrote from a stream that can seek.</summary>
    /// <param name="stream">Holds the file and nothing else.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="FormatException">It is no Hebb model, is damaged, or was written by a newer version.</exception>
    public static LoadedModel LoadPackage(Stream stream, string name = "model") => Reading.Guard(name, () => PackageContentReader.Read(stream));

    private static LoadedModel LoadPackage(FileBytes file)
    {
        using var stream = file.AsStream();
        return LoadPackage(stream, file.Name);
    }
}
