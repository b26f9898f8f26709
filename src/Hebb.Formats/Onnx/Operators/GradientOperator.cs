namespace Hebb.Onnx;

/// <summary>
/// The derivative of a value of the graph with respect to others, where what lies between them is computed once more from the values that the node is given.
/// </summary>
internal static class GradientOperator
{
    public static OnnxValue?[] Run(NodeCall c)
    {
        string[] xs = c.Texts("xs") ?? throw new FormatException("Gradient needs the attribute 'xs'"), zs = c.Texts("zs") ?? [];
        string y = c.Text("y");
        if (c.Count != xs.Length + zs.Length)
            throw new FormatException($"Gradient has {c.Count} inputs for {xs.Length + zs.Length} names");
        var slots = c.Frame.Graph.Slots;
        int Slot(string name) => slots.TryGetValue(name, out int slot) ? slot : throw new FormatException($"the graph has no value '{name}'");
        int[] leaves = Array.ConvertAll(xs, Slot);
        int target = Slot(y);
        var frame = c.Frame;
        var between = Between(frame.Graph, target, [.. leaves, .. zs.Select(Slot)]);
        return [.. Transform.GradMany(at =>
        {
            var inner = new Frame(frame.Graph, frame.Outer, frame.Attributes);
            frame.Values.CopyTo(inner.Values, 0);
            for (int i = 0; i < at.Length; i++)
                inner.Values[leaves[i]] = at[i];
            for (int i = 0; i < zs.Length; i++)
                inner.Values[Slot(zs[i])] = c.Value(xs.Length + i);
            foreach (var node in between)
                inner.Step(node);
            return inner.Values[target]!.AsTensor().Sum();
        })(c.Tensors()[..xs.Length]).Select(g => (OnnxValue)g)];
    }

    /// <summary>The nodes that lead from some values to another, in order.</summary>
    private static List<OnnxNode> Between(OnnxGraph graph, int target, HashSet<int> leaves)
    {
        var needed = new HashSet<int> { target };
        var nodes = new List<OnnxNode>();
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            var node = graph.Nodes[i];
            if (!node.Outputs.Any(o => needed.Contains(o) && !leaves.Contains(o)))
                continue;
            nodes.Add(node);
            foreach (var input in node.Inputs.Where(r => r.Depth == 0 && !leaves.Contains(r.Slot)))
                needed.Add(input.Slot);
        }
        nodes.Reverse();
        return nodes;
    }
}
