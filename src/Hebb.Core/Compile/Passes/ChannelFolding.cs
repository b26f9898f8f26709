using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// The pass for what is scaled and shifted by channel with constants, in any number of steps (normalisations with given statistics, products and sums): after a convolution whose weights are
/// constants it goes into these, elsewhere it becomes one product and one sum. Another order of operations: results agree to rounding.
/// </summary>
internal static class ChannelFolding
{
    private const int ChannelAxis = 1;

    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="guards">Gets what was read and must not change for the result to hold.</param>
    public static Graph Fold(Graph graph, List<VersionGuard> guards)
    {
        var readers = Readers.Count(graph);
        var reader = new Dictionary<GraphValue, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
                reader[input] = node;
        }
        // By the last node of each chain.
        var chains = new Dictionary<GraphNode, List<GraphNode>>(ReferenceEqualityComparer.Instance);
        var taken = new HashSet<GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (taken.Contains(node) || !Begins(node))
                continue;
            List<GraphNode> chain = [node];
            while (readers[chain[^1].Outputs[0]] == 1 && reader.TryGetValue(chain[^1].Outputs[0], out var next) && next.Recomputation == node.Recomputation && IsStep(next, chain[^1].Outputs[0]))
                chain.Add(next);
            if (node.Primitive is ConvOp && chain.Count == 1)
                continue;
            chains.Add(chain[^1], chain);
            taken.UnionWith(chain);
        }
        if (chains.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        foreach (var node in graph.Nodes)
        {
            if (chains.TryGetValue(node, out var chain))
                Replace(rewrite, chain, guards);
            else if (!taken.Contains(node))
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();
    }

    private static bool Begins(GraphNode node) => node.Outputs.Count == 1 && node.Outputs[0].Spec.DType is DType.Float32 or DType.Float64
        && (node.Primitive is ConvOp ? node.Inputs.Skip(1).All(x => IsOwn(x, node)) : node.Primitive is ChannelLinearOp && IsStep(node, node.Inputs[0]));

    /// <summary>Whether a node scales or shifts a value by channel with constants.</summary>
    private static bool IsStep(GraphNode node, GraphValue value)
    {
        if (node.Outputs[0].Spec != value.Spec || value.Spec.Shape.Rank < 2)
            return false;
        return node.Primitive switch
        {
            ChannelLinearOp => ReferenceEquals(node.Inputs[0], value) && node.Inputs.Skip(1).All(x => IsOwn(x, node)),
            Binary<Mul> or Binary<Add> => IsByChannel(ReferenceEquals(node.Inputs[0], value) ? node.Inputs[1] : node.Inputs[0], node),
            Binary<Sub> => ReferenceEquals(node.Inputs[0], value) && IsByChannel(node.Inputs[1], node),
            _ => false,
        };
    }

    private static bool IsOwn(GraphValue value, GraphNode node) => ConstantFolding.IsFixed(value) && value.Spec.DType == node.Outputs[0].Spec.DType;

    /// <summary>Whether a constant has one value for each channel, broadcast over the others: [C, 1, …] or [1, C, 1, …].</summary>
    private static bool IsByChannel(GraphValue value, GraphNode node)
    {
        var (shape, whole) = (value.Spec.Shape, node.Outputs[0].Spec.Shape);
        int at = shape.Rank - whole.Rank + ChannelAxis;
        return IsOwn(value, node) && at >= 0 && shape.Rank <= whole.Rank && shape[at] == whole[ChannelAxis] && shape.Count == whole[ChannelAxis];
    }

    private static void Replace(GraphRewriter rewrite, List<GraphNode> chain, List<VersionGuard> guards)
    {
        var (first, last) = (chain[0], chain[^1]);
        bool conv = first.Primitive is ConvOp;
        var spec = last.Outputs[0].Spec;
        int channels = spec.Shape[ChannelAxis];
        Tensor scale = Tensor.Ones([channels], spec.DType), shift = conv && first.Inputs.Count > 2 ? Read(first.Inputs[2]) : Tensor.Zeros([channels], spec.DType);
        GraphValue value = first.Outputs[0];
        foreach (var node in conv ? chain.Skip(1) : chain)
        {
            var own = ReferenceEquals(node.Inputs[0], value) || node == first ? node.Inputs[1] : node.Inputs[0];
            if (node.Primitive is ChannelLinearOp)
            {
                var slope = Read(node.Inputs[2]);
                (scale, shift) = (scale * slope, (shift - Read(node.Inputs[1])) * slope + Read(node.Inputs[3]));
            }
            else if (node.Primitive is Binary<Mul>)
            {
                var by = Read(own).Reshape(channels);
                (scale, shift) = (scale * by, shift * by);
            }
            else
            {
                var by = Read(own).Reshape(channels);
                shift = node.Primitive is Binary<Add> ? shift + by : shift - by;
            }
            value = node.Outputs[0];
        }
        GraphOrigin[] origins = [.. chain.SelectMany(n => n.Origins)];
        var along = new int[spec.Shape.Rank];
        Array.Fill(along, 1);
        GraphNode result;
        if (conv)
        {
            var weight = Read(first.Inputs[1]);
            along[0] = channels;
            result = Node(first.Primitive, [rewrite.Of(first.Inputs[0]), new GraphConstant(weight * scale.Reshape(along)), new GraphConstant(shift)]);
        }
        else
        {
            along[ChannelAxis] = channels;
            var product = Node(Binary<Mul>.Instance, [rewrite.Of(first.Inputs[0]), new GraphConstant(scale.Reshape(along))]);
            rewrite.Add(product);
            result = Node(Binary<Add>.Instance, [product.Outputs[0], new GraphConstant(shift.Reshape(along))]);
        }
        result.Outputs[0].Traced = last.Outputs[0].Traced ?? last.Outputs[0];
        rewrite.Add(result);
        rewrite.Replace(last, result);

        Tensor Read(GraphValue constant)
        {
            var tensor = ((GraphConstant)constant).Tensor;
            guards.Add(new VersionGuard(tensor.Storage));
            return tensor;
        }

        GraphNode Node(Primitive primitive, GraphValue[] inputs) => new(primitive, inputs, [spec], origins) { IsReassociated = true, Recomputation = first.Recomputation };
    }
}
