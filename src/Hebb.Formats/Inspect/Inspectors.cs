using Hebb.Files;
using Hebb.Tfjs;
using Hebb.Tflite;

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
            FileFormat.TensorFlowJs => Tfjs(file),
            FileFormat.Onnx => Onnx(file),
            FileFormat.TensorFlowLite => Tflite(file),
            FileFormat.Unknown => throw FileFormats.Refusal(file.Name, format, "which can't be looked into"),
            _ => Weights(file, format),
        };
    }

    private static FileReport Weights(FileBytes file, FileFormat format)
    {
        long bytes = file.Length;
        using var weights = WeightFile.Open(file, all: true);
        return new FileReport(file.Name, format, bytes) { Metadata = weights.Metadata, Tensors = weights.Entries };
    }

    private static FileReport Onnx(FileBytes file)
    {
        var model = OnnxModel.Load(file.Name);
        var metadata = new OrderedDictionary<string, string> { ["graph"] = model.Name, ["written by"] = model.Producer };
        foreach (var (domain, version) in model.Opsets)
            metadata[$"operators of {(domain.Length == 0 ? "ai.onnx" : domain)}"] = $"version {version}";
        foreach (var (key, value) in model.Metadata)
            metadata.TryAdd(key, value);
        return new FileReport(file.Name, FileFormat.Onnx, file.Length)
        {
            Metadata = metadata,
            Tensors = [.. model.StateDict().Select(t => new WeightEntry(t.Key, t.Value.Shape, t.Value.DType))],
            Inputs = [.. model.Inputs.Select(p => new FilePort(p.Name, p.Type))],
            Outputs = [.. model.Outputs.Select(p => new FilePort(p.Name, p.Type))],
            Operators = [.. model.Operators.OrderByDescending(o => o.Count)],
        };
    }

    private static FileReport Tfjs(FileBytes file)
    {
        var model = TfjsModel.Load(file);
        var weights = Reading.Guard(file.Name, () => TfjsWeights.Parse(file, json => new TfjsWeights(json, file.Name)));
        using (weights)
        {
            return new FileReport(file.Name, FileFormat.TensorFlowJs, file.Length + weights.Entries.Sum(e => e.Bytes))
            {
                Metadata = weights.Metadata,
                Tensors = weights.Entries,
                Inputs = [.. model.Inputs.Select(i => new FilePort(i, "tensor"))],
                Outputs = [.. model.Outputs.Select(o => new FilePort(o, "tensor"))],
                Operators = model.Operators,
            };
        }
    }

    private static FileReport Tflite(FileBytes file) => Reading.Guard(file.Name, () =>
    {
        var parsed = new TfliteFile(file);
        var weights = new TfliteWeights(file, parsed);
        return new FileReport(file.Name, FileFormat.TensorFlowLite, file.Length)
        {
            Metadata = weights.Metadata,
            Tensors = weights.Entries,
            Inputs = [.. parsed.Inputs.Select(parsed.Port)],
            Outputs = [.. parsed.Outputs.Select(parsed.Port)],
            Operators = FileReport.Count(parsed.Operators.Select(o => o.Name)),
        };
    });

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

        static FilePort Port(ModelTensor tensor) => new(tensor.Name, tensor.Describe());
    }
}
