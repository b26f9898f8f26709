using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>The pass that lets loops give only their results where no backward pass reads what they keep for one.</summary>
internal static class KeptValues
{
    public static Graph Drop(Graph graph)
    {
        if (!graph.Nodes.Any(n => n.Primitive is ScanOp { Kept: > 0 }))
            return graph;
        var read = new HashSet<GraphValue>(graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs), ReferenceEqualityComparer.Instance);
        var rewriter = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            var inputs = rewriter.Inputs(node);
            if (node.Primitive is not ScanOp { Kept: > 0 } scan || node.Outputs.TakeLast(scan.Kept).Any(read.Contains))
            {
                rewriter.Keep(node, inputs);
                continue;
            }
            var made = new GraphNode(scan.WithoutKept(), inputs, [.. node.Outputs.SkipLast(scan.Kept).Select(o => o.Spec)], [.. node.Origins]) { Recomputation = node.Recomputation };
            rewriter.Add(made);
            for (int i = 0; i < made.Outputs.Count; i++)
            {
                made.Outputs[i].Traced = node.Outputs[i].Traced ?? node.Outputs[i];
                rewriter.Replace(node.Outputs[i], made.Outputs[i]);
            }
        }
        return rewriter.Finish();
    }
}
