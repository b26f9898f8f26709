using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>The pass that lets products of matrices do the elementwise ops after them that nobody else needs the input of.</summary>
internal static class ProductFusion
{
    /// <summary>What a product takes over.</summary>
    private sealed class Taken(GraphNode product)
    {
        public readonly List<GraphNode> Nodes = [product];
        public GraphValue? Factor, Other;
        public EpilogueTail? Tail;
        public bool Adds, AddsLast;

        public GraphResult Value => Nodes[^1].Outputs[0];
    }

    /// <summary>Fewer elements stay in the caches between two ops, and a pass over them costs less than to stop at every tile.</summary>
    private const long LeastElements = 32 << 10;

    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="least">Elements that a product gives at least for ops to join it.</param>
    public static Graph Fuse(Graph graph, long least = LeastElements)
    {
        var readers = new Dictionary<GraphValue, GraphNode?>(ReferenceEqualityComparer.Instance);
        var positions = new Dictionary<GraphNode, int>(ReferenceEqualityComparer.Instance);
        bool any = false;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            positions.Add(node, i);
            any |= IsProduct(node, least);
            foreach (var input in node.Inputs)
                readers[input] = readers.ContainsKey(input) ? null : node;
        }
        if (!any)
            return graph;
        foreach (var output in graph.Outputs)
            readers[output] = null;
        // By the node where the fused one is to stand: the product, or the last of the ops where what they read comes later.
        var places = new Dictionary<GraphNode, Taken>(ReferenceEqualityComparer.Instance);
        var gone = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        // From the end: where two products are added, the later takes the sum.
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!IsProduct(node, least))
                continue;
            var taken = Take(node, readers, gone);
            if (taken.Nodes.Count == 1)
                continue;
            places.Add(ComesBefore(taken.Factor, node) && ComesBefore(taken.Other, node) ? node : taken.Nodes[^1], taken);
            gone.UnionWith(taken.Nodes);
        }
        if (places.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (places.TryGetValue(node, out var taken))
                Join(rewrite, taken);
            else if (!gone.Contains(node))
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();

        bool ComesBefore(GraphValue? value, GraphNode node) => value is not GraphResult { Node: var maker } || positions[maker] < positions[node];
    }

    private static bool IsProduct(GraphNode node, long least) =>
        node.Primitive is LinearOp or MatMulOp && node.Outputs[0].Spec is { DType: DType.Float32 or DType.Float64, Shape.Count: > 0 } spec && spec.Shape.Count >= least;

    private static Taken Take(GraphNode product, Dictionary<GraphValue, GraphNode?> readers, HashSet<GraphNode> gone)
    {
        var taken = new Taken(product);
        var spec = product.Outputs[0].Spec;
        while (readers.GetValueOrDefault(taken.Value) is { } node && !gone.Contains(node) && node.Outputs.Count == 1 && node.Outputs[0].Spec == spec && node.Inputs.Count <= 2)
        {
            var value = taken.Value;
            var other = node.Inputs.Count == 1 ? null : node.Inputs[ReferenceEquals(node.Inputs[0], value) ? 1 : 0];
            // A bias is where sums begin, so only sums without one can be multiplied after.
            if (node.Primitive is Binary<Mul> && other!.Spec.DType == spec.DType && other.Spec.Shape.Count == 1 && product.Inputs.Count == 2 && taken.Nodes.Count == 1)
                taken.Factor = other;
            else if (node.Primitive is Binary<Add> && other!.Spec == spec && taken.Other is null)
                (taken.Other, taken.Adds, taken.AddsLast) = (other, true, taken.Tail is not null);
            else if (taken.Tail is null && EpilogueTail.Of(node.Primitive) is { } tail && Fits(tail, node, taken, spec))
                (taken.Tail, taken.Other) = (tail, tail.IsPair ? other : taken.Other);
            else
                break;
            taken.Nodes.Add(node);
            if (taken.AddsLast || taken.Tail is { IsPair: true })
                break;
        }
        return taken;
    }

    private static bool Fits(EpilogueTail tail, GraphNode node, Taken taken, TensorSpec spec) =>
        !tail.IsPair || (taken.Other is null && ReferenceEquals(node.Inputs[0], taken.Value) && node.Inputs[1].Spec == spec);

    private static void Join(GraphRewriter rewrite, Taken taken)
    {
        var product = taken.Nodes[0];
        var inputs = product.Inputs.Concat(new[] { taken.Factor, taken.Other }.OfType<GraphValue>()).Select(rewrite.Of);
        GraphOrigin[] origins = [.. taken.Nodes.SelectMany(n => n.Origins)];
        long flops = taken.Nodes.Sum(n => n.Primitive.Flops([.. n.Inputs.Select(i => i.Spec)], [n.Outputs[0].Spec]));
        var primitive = new FusedProduct(product.Primitive, product.Inputs.Count, taken.Factor is not null, taken.Tail, taken.Adds, taken.AddsLast, string.Join(' ', origins.Select(o => o.Op)), flops);
        var joined = new GraphNode(primitive, [.. inputs], [taken.Value.Spec], origins) { IsReassociated = product.IsReassociated, Recomputation = product.Recomputation };
        joined.Outputs[0].Traced = taken.Value.Traced ?? taken.Value;
        rewrite.Add(joined);
        rewrite.Replace(taken.Value, joined.Outputs[0]);
    }
}
