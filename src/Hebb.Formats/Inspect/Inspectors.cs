using Hebb.Files;
using Hebb.Onnx;
using Hebb.Onnx.Proto;
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
        OnnxModel model;
        try
        {
            model = OnnxModel.Load(file.Name);
        }
        catch (FormatException e)
        {
            return Unread(file, e);
        }
        return new FileReport(file.Name, FileFormat.Onnx, file.Length)
        {
            Metadata = Facts(model.Name, model.Producer, model.Opsets, model.Metadata),
            Tensors = [.. model.StateDict().Select(t => new WeightEntry(t.Key, t.Value.Shape, t.Value.DType))],
            Inputs = [.. model.Inputs.Select(p => new FilePort(p.Name, p.Type))],
            Outputs = [.. model.Outputs.Select(p => new FilePort(p.Name, p.Type))],
            Operators = [.. model.Operators.OrderByDescending(o => o.Count)],
        };
    }

    /// <summary>An ONNX file that is whole, and yet no model that could run, for one as it uses an operator that is not known.</summary>
    private static FileReport Unread(FileBytes file, FormatException reason) => Reading.Guard(file.Name, () =>
    {
        ModelProto proto;
        try
        {
            proto = ValueReader.Parse(ModelProto.Parser, file.Span(0, file.Length).ToArray(), "the model");
        }
        catch (FormatException)
        {
            throw reason;
        }
        if (proto.Graph is not { } graph)
            throw reason;
        var metadata = Facts(graph.Name, $"{proto.ProducerName} {proto.ProducerVersion}".Trim(), ModelReader.Opsets(proto.OpsetImport), proto.MetadataProps.GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value));
        metadata["can't be run"] = reason.Message.StartsWith($"{file.Name}: ", StringComparison.Ordinal) ? reason.Message[(file.Name.Length + 2)..] : reason.Message;
        var given = graph.Initializer.Select(t => t.Name).ToHashSet();
        return new FileReport(file.Name, FileFormat.Onnx, file.Length)
        {
            Metadata = metadata,
            Tensors = Entries(graph.Initializer),
            Inputs = [.. graph.Input.Where(p => !given.Contains(p.Name)).Select(Port)],
            Outputs = [.. graph.Output.Select(Port)],
            Operators = FileReport.Count(graph.Node.Select(n => n.Domain is "" or "ai.onnx" ? n.OpType : $"{n.Domain}.{n.OpType}")),
        };

        static FilePort Port(ValueInfoProto port) => new(port.Name, TypeNames.Describe(port.Type));
    });

    private static List<WeightEntry> Entries(IReadOnlyList<TensorProto> tensors)
    {
        var entries = new List<WeightEntry>(tensors.Count);
        Int128 elements = 0;
        foreach (var tensor in tensors)
        {
            var shape = TensorReader.ShapeOf(tensor.Dims, tensor.Name);
            // What is only said, and not read, must not be more than can be counted.
            if ((elements += shape.Count) > 1L << 56)
                throw new FormatException($"its tensors are said to have {elements} elements");
            entries.Add(ElementType.IsString(tensor.DataType) ? new WeightEntry(tensor.Name, shape, "string", tensor.StringData.Sum(t => (long)t.Length)) : new WeightEntry(tensor.Name, shape, ElementType.Of(tensor.DataType)));
        }
        return entries;
    }

    private static OrderedDictionary<string, string> Facts(string graph, string producer, IReadOnlyDictionary<string, int> opsets, IReadOnlyDictionary<string, string> more)
    {
        var metadata = new OrderedDictionary<string, string> { ["graph"] = graph, ["written by"] = producer };
        foreach (var (domain, version) in opsets)
            metadata[$"operators of {(domain.Length == 0 ? "ai.onnx" : domain)}"] = $"version {version}";
        foreach (var (key, value) in more)
            metadata.TryAdd(key, value);
        return metadata;
    }

    private static FileReport Tfjs(FileBytes file)
    {
        var model = TfjsModel.Load(file);
        var weights = Reading.Guard(file.Name, () => new TfjsWeights(TfjsWeights.Parse(file), file.Name));
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
            Inputs = [.. parsed.Main.Inputs.Select(parsed.Port)],
            Outputs = [.. parsed.Main.Outputs.Select(parsed.Port)],
            Operators = parsed.CountOperators(),
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
