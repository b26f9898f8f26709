using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Hebb.Compile;
using Hebb.Onnx;
using Hebb.Onnx.Export;
using Hebb.Onnx.Proto;

namespace Hebb;

/// <summary>Saving models as ONNX files, which other runtimes read.</summary>
public static class OnnxSaving
{
    /// <summary>
    /// Saves a model, as it computes in eval mode, as an ONNX file. Weights keep their names of the state dict; what is known of the model (<see cref="ModelInfo.Of"/>) goes along as metadata. The file
    /// takes the place of an old one only when it is complete.
    /// <code>model.SaveOnnx("digits.onnx", x);                                // any batch size
    /// model.SaveOnnx("text.onnx", new() { Opset = 23, DynamicAxes = [new("batch", 0, 0), new("time", 0, 1)] }, tokens);</code>
    /// </summary>
    /// <param name="model">Any module that can be traced. Its mode stays as it is.</param>
    /// <param name="path">By custom it ends in <c>.onnx</c>.</param>
    /// <param name="example">Inputs at any sizes; by default shapes like those of the model's first call, or of the file that it came from.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="HebbException">The model was never called and no example is given; it depends on values; or an op has no operator: the message names it.</exception>
    /// <exception cref="IOException">The file can't be written; an old one is unharmed.</exception>
    public static OnnxExportReport SaveOnnx(this Module model, string path, params ReadOnlySpan<Tensor> example) => SaveOnnx(model, path, new OnnxExportOptions(), example);

    /// <inheritdoc cref="SaveOnnx(Module, string, ReadOnlySpan{Tensor})"/>
    /// <param name="model">Any module that can be traced. Its mode stays as it is.</param>
    /// <param name="path">By custom it ends in <c>.onnx</c>.</param>
    /// <param name="options">Version, names, dynamic axes.</param>
    /// <param name="example">Inputs at any sizes; by default shapes like those of the model's first call, or of the file that it came from.</param>
    public static OnnxExportReport SaveOnnx(this Module model, string path, OnnxExportOptions options, params ReadOnlySpan<Tensor> example)
    {
        using var mode = model.EvalMode();
        using var noGrad = GradMode.NoGrad();
        TensorSpec[] specs = Specs(model, example);
        return Save(model, path, xs => CallAll(model, xs), options, specs);
    }

    /// <summary>
    /// Saves a function of several tensors that calls a module: one with several outputs, such as a decoder that takes and gives the keys and values of former steps.
    /// <code>decoder.SaveOnnx("step.onnx", xs => { var (y, k, v) = decoder.Step(xs[0], xs[1], xs[2]); return [y, k, v]; }, options, token, keys, values);</code>
    /// </summary>
    /// <param name="model">The module, whose weights keep their names. Its mode stays as it is.</param>
    /// <param name="path">By custom it ends in <c>.onnx</c>.</param>
    /// <param name="function">From inputs to outputs; called up to five times.</param>
    /// <param name="options">Version, names, dynamic axes.</param>
    /// <param name="example">Inputs at any sizes.</param>
    /// <inheritdoc cref="SaveOnnx(Module, string, ReadOnlySpan{Tensor})" path="/returns|/exception"/>
    public static OnnxExportReport SaveOnnx(this Module model, string path, Func<Tensor[], Tensor[]> function, OnnxExportOptions? options = null, params ReadOnlySpan<Tensor> example)
    {
        using var mode = model.EvalMode();
        using var noGrad = GradMode.NoGrad();
        Tensor[] given = example.ToArray();
        using (TensorScope.Open())
            _ = function(given);
        return Save(model, path, function, options ?? new OnnxExportOptions(), Array.ConvertAll(given, x => x.Spec));
    }

    private static OnnxExportReport Save(Module model, string path, Func<Tensor[], Tensor[]> function, OnnxExportOptions options, TensorSpec[] specs)
    {
        var (proto, weights, fixedReason) = Build(model, function, options, specs);
        string? data = ModelFile.Write(path, proto, weights, options.ExternalData);
        return new OnnxExportReport(
            options.Opset,
            [.. proto.Graph.Input.Select(p => new OnnxPort(p.Name, Onnx.TypeNames.Describe(p.Type)))],
            [.. proto.Graph.Output.Select(p => new OnnxPort(p.Name, Onnx.TypeNames.Describe(p.Type)))],
            [.. proto.Graph.Node.GroupBy(n => n.OpType).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))],
            fixedReason,
            data);
    }

    /// <summary>The file's message without the weights, the weights, and why the batch size is fixed.</summary>
    internal static (ModelProto Proto, IReadOnlyDictionary<string, Tensor> Weights, string? FixedReason) Build(Module model, Func<Tensor[], Tensor[]> function, OnnxExportOptions options, TensorSpec[] specs)
    {
        if (options.Opset is < OnnxExportOptions.OldestOpset or > OnnxExportOptions.NewestOpset)
            throw new ExportException($"opset {options.Opset} is not written; {OnnxExportOptions.OldestOpset} to {OnnxExportOptions.NewestOpset} are");
        string[] inputs = Names(options.Inputs ?? Ports(model)?.Inputs, "input", specs.Length, options.Inputs is not null);
        var trace = ExportTrace.Of(function, specs, model, inputs, options.DynamicAxes, options.Opset);
        string[] outputs = Names(options.Outputs ?? Ports(model)?.Outputs, "output", trace.Graph.Outputs.Count, options.Outputs is not null);
        if (inputs.Concat(outputs).GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ExportException($"'{twice.Key}' names two inputs or outputs");
        var info = ModelInfo.Of(model);
        string name = info.Name.Length > 0 ? info.Name : model.GetType().Name, reason = trace.FixedReason ?? "";
        GraphProto graph;
        IReadOnlyDictionary<string, Tensor> weights;
        try
        {
            (graph, weights) = ModelBuilder.Build(trace, options.Opset, name, outputs);
        }
        catch (ExportException e) when (options.DynamicAxes is null && trace.Names.Length > 0)
        {
            // An operator may take only sizes that are known.
            reason = e.Message;
            (graph, weights) = ModelBuilder.Build(ExportTrace.Of(function, specs, model, inputs, [], options.Opset), options.Opset, name, outputs);
        }
        var proto = new ModelProto
        {
            IrVersion = options.Opset switch { 20 => 9, 21 or 22 => 10, 23 => 11, _ => 12 },
            ProducerName = "Hebb",
            ProducerVersion = typeof(Module).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "",
            DocString = info.Description,
            Graph = graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Version = options.Opset });
        foreach (var (key, value) in Metadata(info))
            proto.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return (proto, weights, options.DynamicAxes is null && reason.Length > 0 ? reason : null);
    }

    private static TensorSpec[] Specs(Module model, ReadOnlySpan<Tensor> example)
    {
        if (example.Length > 0)
        {
            // Layers that wait for their input's size make their parameters in this call.
            using var scope = TensorScope.Open();
            _ = CallAll(model, example.ToArray());
            return [.. example.ToArray().Select(x => x.Spec)];
        }
        TensorSpec[] specs = [.. model.InputSpecs ?? []];
        if (specs.Length == 0 && model is LoadedModel loaded)
            specs = [.. loaded.Graph.Example.Inputs.Select(i => i.Spec)];
        if (specs.Length == 0 && model is OnnxModel onnx)
            specs = [.. onnx.Graph.Inputs.Select(Declared)];
        return specs.Length > 0 ? specs
            : throw new ExportException($"{model.GetType().Name} was never called, so the shape of its input is not known; call it once, or give an example: model.SaveOnnx(path, example)");
    }

    // Of a batch whose size the file leaves open any will do.
    private static TensorSpec Declared(GraphPort port)
    {
        var type = port.Type?.TensorType;
        if (type?.Shape is not { } shape)
            throw new ExportException($"the file does not say the shape of the input '{port.Name}'; give an example: model.SaveOnnx(path, example)");
        var sizes = new int[shape.Dim.Count];
        for (int i = 0; i < sizes.Length; i++)
        {
            long size = shape.Dim[i].DimValue > 0 ? shape.Dim[i].DimValue : i == 0 ? 2 : 0;
            if (size is <= 0 or > int.MaxValue)
                throw new ExportException($"the file leaves axis {i} of the input '{port.Name}: {Onnx.TypeNames.Describe(port.Type)}' open; give an example: model.SaveOnnx(path, example)");
            sizes[i] = (int)size;
        }
        return new TensorSpec(Shape.Create(sizes), ElementType.Of(type.ElemType));
    }

    private static Tensor[] CallAll(Module model, Tensor[] inputs) => model switch
    {
        LoadedModel loaded => loaded.CallAll(inputs),
        OnnxModel onnx => onnx.CallAll(inputs),
        _ => [inputs.Length == 1 ? model.Call(inputs[0]) : model.Call(inputs)],
    };

    // A model from a file keeps the names that it has there.
    private static (IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs)? Ports(Module model) => model switch
    {
        LoadedModel loaded => ([.. loaded.Schema.Inputs.Select(p => p.Name)], [.. loaded.Schema.Outputs.Select(p => p.Name)]),
        OnnxModel onnx => ([.. onnx.Inputs.Select(p => p.Name)], [.. onnx.Outputs.Select(p => p.Name)]),
        _ => null,
    };

    private static string[] Names(IReadOnlyList<string>? given, string word, int count, bool asked)
    {
        if (given is not null && given.Count >= count && (given.Count == count || !asked))
            return [.. given.Take(count)];
        if (asked)
            throw new ExportException($"{given!.Count} names for {count} {word}s: {string.Join(", ", given)}");
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? word : string.Create(CultureInfo.InvariantCulture, $"{word}{i}"))];
    }

    private static IEnumerable<(string Key, string Value)> Metadata(ModelInfo info)
    {
        foreach (var (key, value) in new[] { ("name", info.Name), ("task", info.Task), ("data", info.Data), ("licence", info.Licence) })
        {
            if (value.Length > 0)
                yield return (key, value);
        }
        if (info.Labels is { } labels)
            yield return ("labels", Json(json =>
            {
                json.WriteStartArray();
                foreach (string label in labels)
                    json.WriteStringValue(label);
                json.WriteEndArray();
            }));
        if (info.Preprocessing is { } preprocessing)
            yield return ("preprocessing", Json(preprocessing.WriteJson));
        foreach (var (name, value) in info.Metrics)
            yield return ($"metric.{name}", value.ToString("R", CultureInfo.InvariantCulture));
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            write(json);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
