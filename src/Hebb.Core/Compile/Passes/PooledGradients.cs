using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The pass that takes the gradient of a ReLU before a maximum over windows where that is small. A maximum is the ReLU's result at the place that its gradient goes to, so it tells as well whether the
/// ReLU lets that through: the large gradient is written once instead of twice, and the ReLU's result is not needed for it any more. No bit changes.
/// </summary>
internal static class PooledGradients
{
    /// <summary>The graph with smaller ops.</summary>
    public static Graph Shrink(Graph graph)
    {
        if (!graph.Nodes.Any(n => n.Primitive is PoolScatterOp))
            return graph;
        var pools = new Dictionary<GraphValue, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (node is { Primitive: MaxPoolPrimitive, Outputs.Count: 2 })
                pools.Add(node.Outputs[1], node);
        }
        var readers = Readers.Count(graph);
        // By the gradient of the maximum: that of the ReLU.
        var found = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (node.Primitive is Binary<ReluGrad> && node.Inputs[0] is GraphResult { Node: { Primitive: PoolScatterOp } scatter } large && readers[large] == 1
                && pools.TryGetValue(scatter.Inputs[1], out var pool) && ReferenceEquals(node.Inputs[1], pool.Inputs[0]) && scatter.Inputs[0].Spec == pool.Outputs[0].Spec
                && node.Outputs[0].Spec == large.Spec)
                found.Add(scatter, node);
        }
        if (found.Count == 0)
            return graph;
        var gone = new HashSet<GraphNode>(found.Values, ReferenceEqualityComparer.Instance);
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (found.TryGetValue(node, out var relu))
                Swap(rewrite, node, relu, pools[node.Inputs[1]]);
            else if (!gone.Contains(node))
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();
    }

    private static void Swap(GraphRewriter rewrite, GraphNode scatter, GraphNode relu, GraphNode pool)
    {
        var gradient = scatter.Inputs[0];
        var small = new GraphNode(relu.Primitive, [rewrite.Of(gradient), rewrite.Of(pool.Outputs[0])], [gradient.Spec], [.. relu.Origins]) { Recomputation = relu.Recomputation };
        rewrite.Add(small);
        var large = new GraphNode(scatter.Primitive, [small.Outputs[0], rewrite.Of(scatter.Inputs[1])], [relu.Outputs[0].Spec], [.. scatter.Origins]) { Recomputation = scatter.Recomputation };
        large.Outputs[0].Traced = relu.Outputs[0].Traced ?? relu.Outputs[0];
        rewrite.Add(large);
        rewrite.Replace(relu, large);
    }
}
