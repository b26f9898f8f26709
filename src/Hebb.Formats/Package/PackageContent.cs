using System.Text.Json;
using Hebb.Compile;
using Hebb.Modules;

namespace Hebb.Package;

/// <summary>All that goes into the file of a model.</summary>
internal sealed class PackageContent
{
    private readonly Module _model;
    private readonly BatchGraph _graph;
    private readonly ModelSchema _schema;
    private readonly PackageState _state;
    private readonly IReadOnlyDictionary<string, Tensor> _weights, _transient;

    private PackageContent(Module model, BatchGraph graph)
    {
        (_model, _graph, _schema) = (model, graph, ModelSchema.Of(graph));
        var tree = ModuleTree.Of(model);
        _state = new PackageState(
            tree.Parameters.ConvertAll(p => (p.Name, p.Parameter.RequiresGrad)),
            tree.Buffers.ConvertAll(b => (b.Name, b.Persistent)),
            tree.Aliases.DistinctBy(a => a.Alias).ToList());
        _weights = model.StateDict();
        _transient = tree.Buffers.FindAll(b => !b.Persistent).ToDictionary(b => PackageEntries.BufferPrefix + b.Name, b => b.Buffer);
    }

    public static PackageContent Of(Module model, ReadOnlySpan<Tensor> example)
    {
        using var mode = model.EvalMode();
        using var noGrad = GradMode.NoGrad();
        return new PackageContent(model, Trace(model, example));
    }

    private static BatchGraph Trace(Module model, ReadOnlySpan<Tensor> example)
    {
        if (example.IsEmpty && model is LoadedModel loaded)
            return loaded.Graph;
        if (example.Length > 0)
        {
            // Layers that wait for their input's size make their parameters in this call.
            using var scope = TensorScope.Open();
            _ = example.Length == 1 ? model.Call(example[0]) : model.Call(example);
        }
        TensorSpec[] specs = example.Length > 0 ? [.. example.ToArray().Select(x => x.Spec)] : [.. model.InputSpecs ?? []];
        if (specs.Length == 0)
            throw new HebbException($"Save: {model.GetType().Name} was never called, so the shape of its input is not known; call it once, or give an example: model.Save(path, example)");
        var graph = BatchGraph.Trace(model, specs);
        CheckOps(graph.Example);
        return graph;
    }

    private static void CheckOps(Graph graph)
    {
        foreach (var node in graph.Nodes)
        {
            if (node.Primitive is Transforms.ControlPrimitive control)
            {
                foreach (var body in control.Bodies)
                    CheckOps(body.Graph);
                continue;
            }
            if (node.Primitive.IsDerivativeOnly)
                throw new HebbException($"Save: the op {node.Primitive.Name}{(node.Path is null ? "" : $" (at {node.Path})")} stands in derivatives only; a model that takes this gradient when called can't be saved");
            if (!Ops.PrimitiveRegistry.Contains(node.Primitive.Name))
                throw new HebbException($"Save: the op {node.Primitive.Name}{(node.Path is null ? "" : $" (at {node.Path})")} is none of Hebb's own, so a saved model can't hold it");
        }
    }

    public void Write(Stream stream)
    {
        using var zip = new PackageWriter(stream);
        var info = ModelInfo.Of(_model);
        IReadOnlyDictionary<string, Tensor> constants = null!;
        zip.AddJson(PackageEntries.Graph, json => constants = GraphWriter.Write(json, _graph, _state));
        zip.AddJson(PackageEntries.Schema, WriteSchema);
        if (info.Preprocessing is { } preprocessing)
            zip.AddJson(PackageEntries.Preprocessing, preprocessing.WriteJson);
        if (info.Labels is { } labels)
            zip.AddJson(PackageEntries.Labels, json => WriteTexts(json, labels));
        zip.AddText(PackageEntries.Card, ModelCard.Write(info, _schema, _model.ParameterCount));
        zip.Add(PackageEntries.Weights, target => Safetensors.Save(target, _weights, _state.Aliases.ToDictionary(a => $"alias:{a.Alias}", a => a.Name)));
        var unsaved = constants.Concat(_transient).ToDictionary();
        if (unsaved.Count > 0)
            zip.Add(PackageEntries.Constants, target => Safetensors.Save(target, unsaved));
        var hashes = zip.Hashes.ToArray();
        zip.AddJson(PackageEntries.Manifest, json => WriteManifest(json, info, hashes));
    }

    private void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, tensors) in new[] { ("inputs", _schema.Inputs), ("outputs", _schema.Outputs) })
        {
            json.WriteStartArray(name);
            foreach (var tensor in tensors)
            {
                json.WriteStartObject();
                json.WriteString("name", tensor.Name);
                json.WriteString("dtype", tensor.DType.Name);
                json.WriteStartArray("shape");
                foreach (var size in tensor.Sizes)
                {
                    if (size.Scale == 0)
                        json.WriteNumberValue(size.Offset);
                    else
                        json.WriteStringValue(size.ToString());
                }
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteManifest(Utf8JsonWriter json, ModelInfo info, (string Name, string Sha256)[] hashes)
    {
        json.WriteStartObject();
        json.WriteString("format", PackageEntries.FormatName);
        json.WriteNumber("version", PackageEntries.Version);
        json.WriteString("name", info.Name);
        json.WriteString("task", info.Task);
        json.WriteString("description", info.Description);
        json.WriteString("licence", info.Licence);
        json.WriteString("data", info.Data);
        json.WriteStartObject("metrics");
        foreach (var (name, value) in info.Metrics)
        {
            json.WritePropertyName(name);
            ScalarText.Write(json, value);
        }
        json.WriteEndObject();
        json.WriteNumber("parameters", _model.ParameterCount);
        json.WriteStartObject("sha256");
        foreach (var (name, hash) in hashes)
            json.WriteString(name, hash);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, IReadOnlyList<string> texts)
    {
        json.WriteStartArray();
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
