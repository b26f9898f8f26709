using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The pass that lets a convolution of float32 add a residual and apply a function where it writes: conv, add, relu and the like become one node where nothing else reads what lies between.
/// A depthwise one reads shuffled channels where they stand before the shuffle.
/// </summary>
internal static class ConvFusion
{
    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="guards">Gets bounds that were read and must not change; null reads none.</param>
    public static Graph Fuse(Graph graph, List<VersionGuard>? guards)
    {
        Dictionary<GraphValue, int>? readers = null;
        var reader = new Dictionary<GraphValue, GraphNode>(ReferenceEqualityComparer.Instance);
        // By the last node of each, and all that became part of one.
        var chains = new Dictionary<GraphNode, Chain>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        // Backwards: where two convolutions are added, the later one adds what the earlier one has written.
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (graph.Nodes[i] is not { Primitive: ConvOp } conv || !IsSingle(conv.Outputs[0].Spec.DType, conv))
                continue;
            if (readers is null)
            {
                readers = Readers.Count(graph);
                foreach (var node in graph.Nodes)
                {
                    foreach (var input in node.Inputs)
                        reader[input] = node;
                }
            }
            if (Follow(conv, readers, reader, taken, guards) is { } chain)
            {
                chains.Add(chain.Nodes[^1], chain);
                taken.UnionWith(chain.Nodes);
                if (chain.Shuffle is not null)
                    taken.UnionWith(chain.Shuffle.Nodes);
            }
        }
        if (chains.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (chains.TryGetValue(node, out var chain))
                Join(rewrite, chain);
            else if (!taken.Contains(node))
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();
    }

    private static bool IsSingle(DType dtype, GraphNode conv) => dtype == DType.Float32 && conv.Inputs.All(x => x.Spec.DType == DType.Float32);

    /// <summary>A convolution and what follows it up to where its result is read by others.</summary>
    private static Chain? Follow(GraphNode conv, Dictionary<GraphValue, int> readers, Dictionary<GraphValue, GraphNode> reader, HashSet<GraphNode> taken, List<VersionGuard>? guards)
    {
        var chain = new Chain([conv]) { Shuffle = ChannelShuffle.Of(conv, readers, taken) };
        while (Next(chain.Nodes[^1]) is { } next)
        {
            GraphValue value = chain.Nodes[^1].Outputs[0];
            if (next.Primitive is Binary<Add> && chain.Residual is null && Other(next, value) is { } other)
            {
                (chain.Residual, chain.ResidualLast) = (other, chain.Activation is not null);
                chain.Nodes.Add(next);
                if (chain.ResidualLast)
                    break;
            }
            else if (chain.Activation is null && Next(next) is { } second && ClipTail.FindPair(next, second, value, guards) is { } both)
            {
                chain.Activation = both;
                chain.Nodes.AddRange([next, second]);
            }
            else if (chain.Activation is null && (EpilogueTail.Of(next.Primitive) ?? ClipTail.Find(next, value, guards)) is { IsPair: false } activation)
            {
                chain.Activation = activation;
                chain.Nodes.Add(next);
            }
            else
            {
                break;
            }
            if (chain.Activation is not null && chain.Residual is not null)
                break;
        }
        return chain.Nodes.Count > 1 || chain.Shuffle is not null ? chain : null;

        GraphNode? Next(GraphNode node) =>
            readers[node.Outputs[0]] == 1 && reader.TryGetValue(node.Outputs[0], out var next) && !taken.Contains(next) && next.Recomputation == conv.Recomputation && next.Outputs[0].Spec == conv.Outputs[0].Spec ? next : null;
    }

    /// <summary>What is added to a value, if it is another of the same shape and type.</summary>
    private static GraphValue? Other(GraphNode add, GraphValue value)
    {
        var other = ReferenceEquals(add.Inputs[0], value) ? add.Inputs[1] : add.Inputs[0];
        return ReferenceEquals(other, value) || other.Spec != value.Spec ? null : other;
    }

    private static void Join(GraphRewriter rewrite, Chain chain)
    {
        var (conv, last) = (chain.Nodes[0], chain.Nodes[^1]);
        var shuffle = chain.Shuffle;
        GraphOrigin[] origins = [.. (shuffle?.Nodes ?? []).Concat(chain.Nodes).SelectMany(n => n.Origins)];
        List<GraphValue> inputs = [.. rewrite.Inputs(conv)];
        if (shuffle is not null)
            inputs[0] = rewrite.Of(shuffle.Source);
        if (chain.Residual is not null)
            inputs.Add(rewrite.Of(chain.Residual));
        long flops = chain.Nodes.Sum(n => n.Primitive.Flops([.. n.Inputs.Select(x => x.Spec)], [n.Outputs[0].Spec]));
        var primitive = new FusedConv((ConvOp)conv.Primitive, chain.Activation, chain.Residual is not null, chain.ResidualLast, shuffle?.Parts ?? 1, string.Join(' ', origins.Select(o => o.Op)), flops);
        var node = new GraphNode(primitive, [.. inputs], [last.Outputs[0].Spec], origins) { IsReassociated = conv.IsReassociated, Recomputation = conv.Recomputation };
        node.Outputs[0].Traced = last.Outputs[0].Traced ?? last.Outputs[0];
        rewrite.Add(node);
        rewrite.Replace(last, node);
    }

    /// <summary>Nodes that become one: a convolution, then an addition and a function in either order.</summary>
    private sealed class Chain(List<GraphNode> nodes)
    {
        public readonly List<GraphNode> Nodes = nodes;
        public ChannelShuffle? Shuffle;
        public EpilogueTail? Activation;
        public GraphValue? Residual;
        public bool ResidualLast;
    }
}
