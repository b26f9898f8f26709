namespace Hebb.Compile;

/// <summary>The pass that takes the parameters of a graph for constants, so that what depends on them alone is computed ahead. Parameters may change all the same: each is watched.</summary>
internal static class Freezing
{
    /// <summary>The graph with constants in the places of parameters.</summary>
    /// <param name="graph">A graph that writes to none of its parameters.</param>
    /// <param name="guards">Gets what must not change for the result to hold.</param>
    public static Graph Freeze(Graph graph, List<VersionGuard> guards)
    {
        var rewrite = new GraphRewriter(graph);
        foreach (var leaf in graph.Leaves.OfType<GraphParameter>())
        {
            var values = leaf.Read();
            guards.Add(new VersionGuard(values.Storage, leaf));
            rewrite.Replace(leaf, new GraphConstant(values));
        }
        foreach (var node in graph.Nodes)
            rewrite.Keep(node, rewrite.Inputs(node));
        return rewrite.Finish();
    }
}
