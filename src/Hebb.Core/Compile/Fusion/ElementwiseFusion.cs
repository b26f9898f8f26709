namespace Hebb.Compile;

/// <summary>The pass that makes one op of elementwise ops over the same shape. A value that others read too is an output of it; nothing is computed twice.</summary>
internal static class ElementwiseFusion
{
    /// <summary>The graph with fewer nodes, in an order near the old.</summary>
    public static Graph Fuse(Graph graph)
    {
        var (group, members) = FusionGroups.Find(graph);
        if (!Array.Exists(members, m => m is { Count: > 1 }))
            return graph;
        var positions = new Dictionary<GraphNode, int>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < group.Length; i++)
            positions.Add(graph.Nodes[i], i);
        var readOutside = ReadOutside(graph, group, positions);
        var rewrite = new GraphRewriter(graph);
        var done = new bool[group.Length];
        var stack = new Stack<int>();
        for (int i = 0; i < group.Length; i++)
        {
            // A group runs where its last member stood, or before, where another node reads it.
            if (group[i] < 0 || members[group[i]]![^1] == i)
                stack.Push(i);
            while (stack.TryPeek(out int node))
            {
                int unit = group[node] >= 0 ? group[node] : node;
                if (done[unit])
                    stack.Pop();
                else if (Missing(node) is var missing && missing >= 0)
                    stack.Push(missing);
                else
                    Emit(unit);
            }
        }
        return rewrite.Finish();

        // A node that has to run before this one, or before the other members of its group.
        int Missing(int node)
        {
            if (group[node] < 0)
                return MissingOf(node);
            foreach (int member in members[group[node]]!)
            {
                if (MissingOf(member) is var missing && missing >= 0)
                    return missing;
            }
            return -1;
        }

        int MissingOf(int node)
        {
            foreach (var input in graph.Nodes[node].Inputs)
            {
                if (input is not GraphResult result)
                    continue;
                int producer = positions[result.Node];
                if (!done[group[producer] >= 0 ? group[producer] : producer] && (group[producer] < 0 || group[producer] != group[node]))
                    return producer;
            }
            return -1;
        }

        void Emit(int unit)
        {
            done[unit] = true;
            if (group[unit] < 0 || members[unit]!.Count == 1)
                rewrite.Keep(graph.Nodes[unit], rewrite.Inputs(graph.Nodes[unit]));
            else
                rewrite.Fuse([.. members[unit]!.Select(m => graph.Nodes[m])], readOutside);
        }
    }

    /// <summary>Values of groups that somebody else needs.</summary>
    private static HashSet<GraphValue> ReadOutside(Graph graph, int[] group, Dictionary<GraphNode, int> positions)
    {
        var values = new HashSet<GraphValue>(graph.Outputs, ReferenceEqualityComparer.Instance);
        for (int i = 0; i < group.Length; i++)
        {
            foreach (var input in graph.Nodes[i].Inputs)
            {
                if (input is GraphResult result && group[positions[result.Node]] is var producer && (producer < 0 || producer != group[i]))
                    values.Add(input);
            }
        }
        return values;
    }

    /// <summary>Puts one node in the place of elementwise nodes over one shape.</summary>
    private static void Fuse(this GraphRewriter rewrite, GraphNode[] nodes, HashSet<GraphValue> readOutside)
    {
        var builder = new ProgramBuilder(nodes[0].Outputs[0].Spec.Shape);
        var outputs = new List<GraphValue>();
        var origins = new List<GraphOrigin>();
        long flops = 0;
        foreach (var node in nodes)
        {
            builder.Add(node);
            flops += node.Primitive.Flops([.. node.Inputs.Select(i => i.Spec)], [node.Outputs[0].Spec]);
            origins.AddRange(node.Origins);
            if (readOutside.Contains(node.Outputs[0]))
                outputs.Add(node.Outputs[0]);
        }
        var program = builder.Build(outputs);
        TensorSpec[] specs = [.. outputs.Select(o => o.Spec)];
        GraphValue[] inputs = [.. builder.Inputs.Select(rewrite.Of)];
        var fused = new GraphNode(new FusedElementwise(program, specs, string.Join(' ', origins.Select(o => o.Op)), flops), inputs, specs, [.. origins]);
        rewrite.Add(fused);
        for (int i = 0; i < outputs.Count; i++)
        {
            var old = (GraphResult)outputs[i];
            rewrite.Replace(old, fused.Outputs[i]);
            fused.Outputs[i].Traced = old.Traced ?? old;
        }
    }
}
