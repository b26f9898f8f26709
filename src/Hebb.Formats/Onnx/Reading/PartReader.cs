using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Cuts a part out of a graph.</summary>
internal static class PartReader
{
    /// <summary>Leaves in the graph only what its part needs.</summary>
    /// <exception cref="FormatException">The graph has no such value, or an output can't be computed from the inputs.</exception>
    public static void Cut(GraphProto graph, OnnxPart part)
    {
        var types = graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).GroupBy(v => v.Name).ToDictionary(g => g.Key, g => g.First());
        string[] inputs = part.Inputs.Count > 0 ? [.. part.Inputs] : [.. graph.Input.Select(i => i.Name)];
        string[] outputs = part.Outputs.Count > 0 ? [.. part.Outputs] : [.. graph.Output.Select(o => o.Name)];
        var known = graph.Node.SelectMany(n => n.Output).Concat(graph.Initializer.Select(i => i.Name)).Concat(types.Keys).ToHashSet();
        if (inputs.Concat(outputs).FirstOrDefault(n => !known.Contains(n)) is { } missing)
            throw new FormatException($"the graph has no value '{missing}'");
        var needed = outputs.ToHashSet();
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node.Reverse())
        {
            if (!node.Output.Any(o => o.Length > 0 && needed.Contains(o) && !inputs.Contains(o)))
                continue;
            nodes.Add(node);
            foreach (string name in Reads(node, 0))
                needed.Add(name);
        }
        nodes.Reverse();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        Keep(graph.Initializer, i => needed.Contains(i.Name) && !inputs.Contains(i.Name));
        // An input of the whole that the part still reads stays one.
        string[] own = [.. inputs.Where(needed.Contains), .. graph.Input.Select(i => i.Name).Where(n => needed.Contains(n) && !inputs.Contains(n))];
        ValueInfoProto Port(string name) => types.TryGetValue(name, out var port) ? port : new ValueInfoProto { Name = name };
        graph.Input.Clear();
        graph.Input.Add(own.Select(Port));
        graph.Output.Clear();
        graph.Output.Add(outputs.Select(Port));
    }

    /// <summary>The values that a node reads, those that its inner graphs read among them.</summary>
    private static IEnumerable<string> Reads(NodeProto node, int depth)
    {
        if (depth > 64)
            throw new FormatException("its graphs are nested too deeply");
        var inner = node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));
        return node.Input.Where(n => n.Length > 0).Concat(inner.SelectMany(g => g.Node.SelectMany(n => Reads(n, depth + 1)).Concat(g.Output.Select(o => o.Name))));
    }

    private static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> items, Func<T, bool> keep)
    {
        T[] kept = [.. items.Where(keep)];
        items.Clear();
        items.Add(kept);
    }
}
