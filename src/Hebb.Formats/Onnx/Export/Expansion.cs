using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Onnx.Export;

/// <summary>Puts the ops that have no operator of their own in simpler ops, in graphs and the functions inside them.</summary>
internal static class Expansion
{
    /// <param name="graph">The graph.</param>
    /// <param name="outputs">Those of its outputs that are wanted.</param>
    /// <param name="inputs">What takes the places of its inputs.</param>
    /// <param name="opset">The version of the operator set that is written.</param>
    public static Graph Expand(Graph graph, IEnumerable<GraphValue> outputs, Dictionary<GraphValue, GraphValue> inputs, int opset)
    {
        GraphValue[] results = [.. outputs];
        var values = new Dictionary<GraphValue, GraphValue>(inputs, ReferenceEqualityComparer.Instance);
        var nodes = new List<GraphNode>();
        Add(graph, values, nodes, results, opset, null);
        return DeadCode.Remove(new Graph(graph.Inputs.Select(i => (GraphInput)values[i]), nodes, results.Select(v => values.GetValueOrDefault(v, v))));
    }

    private static void Add(Graph graph, Dictionary<GraphValue, GraphValue> values, List<GraphNode> nodes, GraphValue[] outputs, int opset, GraphNode? owner)
    {
        var used = new HashSet<GraphValue>(outputs.Concat(graph.Nodes.SelectMany(n => n.Inputs)), ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            GraphValue[] read = [.. node.Inputs.Select(v => values.GetValueOrDefault(v, v))];
            string? path = owner?.Path ?? node.Path, line = owner?.Line ?? node.Line;
            if (ExportTable.Decomposes(new ExportCase(node, opset, used.Contains)))
            {
                var parts = Tracing.CaptureWhole(xs => node.Primitive.Decompose(xs), Array.ConvertAll(read, v => v.Spec));
                var inner = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
                for (int i = 0; i < read.Length; i++)
                    inner[parts.Inputs[i]] = read[i];
                Add(parts, inner, nodes, [.. parts.Outputs], opset, owner ?? node);
                for (int i = 0; i < node.Outputs.Count; i++)
                    values[node.Outputs[i]] = inner.GetValueOrDefault(parts.Outputs[i], parts.Outputs[i]);
                continue;
            }
            var primitive = node.Primitive is ControlPrimitive control
                ? control.With(Array.ConvertAll(control.Bodies, b => b.With(g => Expand(g, g.Outputs, g.Inputs.ToDictionary(i => (GraphValue)i, i => (GraphValue)i), opset))), control.Sizes)
                : node.Primitive;
            var made = new GraphNode(primitive, read, [.. node.Outputs.Select(o => o.Spec)], path, line);
            for (int i = 0; i < made.Outputs.Count; i++)
                values[node.Outputs[i]] = made.Outputs[i];
            nodes.Add(made);
        }
    }
}
