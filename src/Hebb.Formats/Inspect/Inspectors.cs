using Hebb.Files;

namespace Hebb.Inspect;

/// <summary>Looks into files, by their kinds.</summary>
internal static class Inspectors
{
    public static FileReport Report(FileBytes file)
    {
        var format = FileFormats.Recognise(file);
        return format switch
        {
            FileFormat.HebbModel => Package(file),
            FileFormat.Unknown or FileFormat.Onnx => throw FileFormats.Refusal(file.Name, format, "which can't be looked into"),
            _ => Weights(file, format),
        };
    }

    private static FileReport Weights(FileBytes file, FileFormat format)
    {
        long bytes = file.Length;
        using var weights = WeightFile.Open(file, all: true);
        return new FileReport(file.Name, format, bytes) { Metadata = weights.Metadata, Tensors = weights.Entries };
    }

    private static FileReport Package(FileBytes file)
    {
        using var stream = file.AsStream();
        var model = Model.LoadPackage(stream, file.Name);
        var info = model.Info;
        var metadata = new OrderedDictionary<string, string>();
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("name", info.Name), ("task", info.Task), ("data", info.Data), ("licence", info.Licence), ("labels", string.Join(", ", info.Labels ?? []))])
        {
            if (value.Length > 0)
                metadata.Add(key, value);
        }
        foreach (var (name, value) in info.Metrics)
            metadata.Add(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new FileReport(file.Name, FileFormat.HebbModel, file.Length)
        {
            Metadata = metadata,
            Tensors = [.. model.StateDict().Select(t => new WeightEntry(t.Key, t.Value.Shape, t.Value.DType))],
            Inputs = [.. model.Schema.Inputs.Select(Port)],
            Outputs = [.. model.Schema.Outputs.Select(Port)],
            Operators = FileReport.Count(model.Graph.Example.Nodes.Select(n => n.Primitive.Name)),
        };

        static GraphPort Port(ModelTensor tensor) => new(tensor.Name, tensor.Describe());
    }
}
