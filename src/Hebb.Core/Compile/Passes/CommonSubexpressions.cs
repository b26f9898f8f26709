using System.Text;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The pass that computes once what stands in a graph several times. Ops are functions of inputs and attributes; random ones of their keys. What a checkpoint
/// computes again for backward stays apart: to keep the first results for it is what the checkpoint avoids.
/// </summary>
internal static class CommonSubexpressions
{
    /// <summary>The graph without repetitions, and without second handles to the same values. Values are the same bit for bit; gradients no longer know what was detached.</summary>
    public static Graph Merge(Graph graph)
    {
        var rewrite = new GraphRewriter(graph);
        var numbers = new Dictionary<GraphValue, int>(ReferenceEqualityComparer.Instance);
        var known = new Dictionary<string, GraphNode>();
        var key = new StringBuilder();
        foreach (var node in graph.Nodes)
        {
            var inputs = rewrite.Inputs(node);
            if (node.Primitive is Alias)
            {
                rewrite.Replace(node.Outputs[0], inputs[0]);
                continue;
            }
            key.Clear().Append(node.Recomputation).Append(' ').Append(node.Primitive.Name);
            foreach (var input in inputs)
            {
                if (!numbers.TryGetValue(input, out int number))
                    numbers.Add(input, number = numbers.Count);
                key.Append(' ').Append(number);
            }
            string text = key.Append(' ').Append(AttributeRecord.Of(node.Primitive)).ToString();
            if (known.TryGetValue(text, out var same))
                rewrite.Replace(node, same);
            else
                known.Add(text, rewrite.Keep(node, inputs));
        }
        return rewrite.Finish();
    }
}
