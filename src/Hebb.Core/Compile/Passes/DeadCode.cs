using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>The pass that drops ops whose results nothing reads.</summary>
public static class DeadCode
{
    /// <summary>The graph without them. Inputs stay, used or not.</summary>
    public static Graph Remove(Graph graph)
    {
        var live = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        Mark(graph.Outputs);
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (graph.Nodes[i].Primitive is RequireFiniteOp)
                live.Add(graph.Nodes[i]);
            if (live.Contains(graph.Nodes[i]))
                Mark(graph.Nodes[i].Inputs);
        }
        return live.Count == graph.Nodes.Count ? graph : new Graph(graph.Inputs, graph.Nodes.Where(live.Contains), graph.Outputs);

        void Mark(IReadOnlyList<GraphValue> values)
        {
            foreach (var value in values)
            {
                if (value is GraphResult result)
                    live.Add(result.Node);
            }
        }
    }
}
