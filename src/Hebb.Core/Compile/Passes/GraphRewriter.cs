using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Copies a graph node by node, some values in place of others.</summary>
internal sealed class GraphRewriter(Graph graph)
{
    private readonly Dictionary<GraphValue, GraphValue> _instead = new(ReferenceEqualityComparer.Instance);
    private readonly List<GraphNode> _nodes = [];

    /// <summary>What stands for a value of the old graph.</summary>
    public GraphValue Of(GraphValue value) => _instead.GetValueOrDefault(value, value);

    /// <summary>What a node of the old graph reads in the new one.</summary>
    public GraphValue[] Inputs(GraphNode node)
    {
        var inputs = new GraphValue[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = Of(node.Inputs[i]);
        return inputs;
    }

    /// <summary>Puts a value of the new graph in the place of one of the old.</summary>
    public void Replace(GraphValue old, GraphValue value) => _instead[old] = value;

    /// <summary>Puts the outputs of a node of the new graph in the places of those of an old one.</summary>
    public void Replace(GraphNode old, GraphNode node)
    {
        for (int i = 0; i < old.Outputs.Count; i++)
            Replace(old.Outputs[i], node.Outputs[i]);
    }

    /// <summary>Takes a node over.</summary>
    /// <returns>The node in the new graph: the old one where its inputs are the same.</returns>
    public GraphNode Keep(GraphNode node, GraphValue[] inputs)
    {
        bool same = true;
        for (int i = 0; i < inputs.Length; i++)
            same &= ReferenceEquals(inputs[i], node.Inputs[i]);
        return Add(node, same ? node : new GraphNode(node.Primitive, inputs, [.. node.Outputs.Select(o => o.Spec)], [.. node.Origins]) { IsReassociated = node.IsReassociated, Recomputation = node.Recomputation, IsCheckpointed = node.IsCheckpointed });
    }

    /// <summary>Puts another op in the place of a node; its outputs are the node's.</summary>
    public GraphNode Exchange(GraphNode node, Primitive primitive, params ReadOnlySpan<GraphValue> inputs) =>
        Add(node, new GraphNode(primitive, inputs, [.. node.Outputs.Select(o => o.Spec)], [.. node.Origins]) { Recomputation = node.Recomputation });

    /// <summary>Appends a node that reads values of the new graph.</summary>
    public void Add(GraphNode node) => _nodes.Add(node);

    /// <summary>The new graph.</summary>
    public Graph Finish() => new(graph.Inputs, _nodes, graph.Outputs.Select(Of));

    private GraphNode Add(GraphNode old, GraphNode node)
    {
        _nodes.Add(node);
        if (node != old)
        {
            Replace(old, node);
            for (int i = 0; i < node.Outputs.Count; i++)
                node.Outputs[i].Traced = old.Outputs[i].Traced ?? old.Outputs[i];
        }
        return node;
    }
}
