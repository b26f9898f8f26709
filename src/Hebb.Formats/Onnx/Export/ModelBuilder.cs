using Hebb.Compile;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx.Export;

/// <summary>Puts a file together from a trace.</summary>
internal sealed class ModelBuilder
{
    private readonly ExportTrace _trace;
    private readonly ExportModel _model;
    private readonly List<NodeProto> _nodes = [];

    private ModelBuilder(ExportTrace trace, int opset) => (_trace, _model) = (trace, new ExportModel(trace, opset));

    /// <summary>The graph without its weights, and the weights by name.</summary>
    /// <exception cref="ExportException">An op has no operator.</exception>
    public static (GraphProto Graph, IReadOnlyDictionary<string, Tensor> Weights) Build(ExportTrace trace, int opset, string name, IReadOnlyList<string> outputs) => new ModelBuilder(trace, opset).Build(name, outputs);

    private (GraphProto, IReadOnlyDictionary<string, Tensor>) Build(string name, IReadOnlyList<string> outputs)
    {
        var graph = _trace.Graph;
        foreach (var value in graph.Inputs.Concat(graph.Outputs))
        {
            if (value.Spec.DType.IsComplex)
                throw new ExportException($"the model takes or gives {value.Spec}; ONNX's operators take no complex numbers: use Tensor.ViewAsReal at its ends");
        }
        var emitter = new GraphEmitter(_model, _nodes, graph, _trace.Other, _trace.Form, [.. graph.Inputs.Select(i => i.Name)]);
        string[] results = emitter.Emit();
        var proto = new GraphProto { Name = name };
        foreach (var input in graph.Inputs)
            proto.Input.Add(Port(input.Name, input.Spec.DType, emitter.Sizes(input)));
        for (int i = 0; i < results.Length; i++)
            proto.Output.Add(Port(outputs[i], graph.Outputs[i].Spec.DType, emitter.Sizes(graph.Outputs[i])));
        Rename(results, outputs);
        var wanted = new HashSet<string>(outputs, StringComparer.Ordinal);
        Prune(_nodes, wanted);
        Prune(_model.Prologue, wanted);
        proto.Node.Add(_model.Prologue);
        proto.Node.Add(_nodes);
        return (proto, _model.Initializers.Where(w => wanted.Contains(w.Key)).ToDictionary(w => w.Key, w => w.Value));
    }

    private ValueInfoProto Port(string name, DType dtype, BatchSize[] sizes)
    {
        var port = InnerGraph.Port(name, dtype);
        port.Type.TensorType.Shape = new TensorShapeProto();
        foreach (var size in sizes)
        {
            string text = _model.Text(size);
            port.Type.TensorType.Shape.Dim.Add(size.Scale == 0 ? new TensorShapeProto.Types.Dimension { DimValue = size.Offset }
                : text.Length > 0 ? new TensorShapeProto.Types.Dimension { DimParam = text } : new TensorShapeProto.Types.Dimension());
        }
        return port;
    }

    // What a node of the graph gives takes the output's name; what comes from elsewhere, or goes out twice, is copied.
    private void Rename(string[] results, IReadOnlyList<string> outputs)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var own = _nodes.SelectMany(n => n.Output).ToHashSet(StringComparer.Ordinal);
        for (int i = 0; i < results.Length; i++)
        {
            if (!own.Contains(results[i]) || !names.TryAdd(results[i], outputs[i]))
                _nodes.Add(Copy(results[i], outputs[i]));
        }
        foreach (var node in _nodes)
            Rename(node, names);
    }

    private NodeProto Copy(string from, string to)
    {
        var node = new NodeProto { OpType = "Identity", Name = _model.Unique($"{to}/Identity") };
        node.Input.Add(from);
        node.Output.Add(to);
        return node;
    }

    private static void Rename(NodeProto node, Dictionary<string, string> names)
    {
        for (int i = 0; i < node.Input.Count; i++)
            node.Input[i] = names.GetValueOrDefault(node.Input[i], node.Input[i]);
        for (int i = 0; i < node.Output.Count; i++)
            node.Output[i] = names.GetValueOrDefault(node.Output[i], node.Output[i]);
        foreach (var inner in Inner(node))
        {
            foreach (var deeper in inner.Node)
                Rename(deeper, names);
        }
    }

    private static IEnumerable<GraphProto> Inner(NodeProto node) => node.Attribute.Where(a => a.G is not null).Select(a => a.G);

    // Takes out nodes that nothing reads; notes what the others read.
    private static void Prune(IList<NodeProto> nodes, HashSet<string> wanted)
    {
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            var node = nodes[i];
            if (!node.Output.Any(wanted.Contains))
            {
                nodes.RemoveAt(i);
                continue;
            }
            wanted.UnionWith(node.Input);
            foreach (var inner in Inner(node))
            {
                wanted.UnionWith(inner.Output.Select(o => o.Name));
                Prune(inner.Node, wanted);
            }
        }
    }
}
