namespace Hebb.Compile;

/// <summary>
/// The pass that finds ops of the engine in the simpler ones that other frameworks write them as: normalisations of rows, Gelu, attention. Only where nobody else reads what lies between, as backward
/// would. Another order of operations: results agree to rounding.
/// </summary>
internal static class Patterns
{
    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="guards">Gets the constants that were read and must not change for the result to hold.</param>
    public static Graph Replace(Graph graph, List<VersionGuard> guards)
    {
        var reader = new PatternReader(graph, guards);
        var found = new Dictionary<GraphNode, Pattern>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        // From the end, since what scales a normalisation belongs to it.
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            var node = graph.Nodes[i];
            if (taken.Contains(node) || node.Outputs.Count != 1 || node.Outputs[0].Spec.DType is not (DType.Float32 or DType.Float64))
                continue;
            if ((RowNormPattern.Find(node, reader) ?? GeluPattern.Find(node, reader) ?? AttentionPattern.Find(node, reader)) is not { } pattern
                || pattern.Nodes.Any(n => taken.Contains(n) || n.Recomputation != node.Recomputation))
                continue;
            found.Add(node, pattern);
            taken.UnionWith(pattern.Nodes);
        }
        if (found.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (found.TryGetValue(node, out var pattern))
                pattern.Write(rewrite);
            else
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return DeadCode.Remove(rewrite.Finish());
    }
}
