using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// The pass that folds a normalisation with given statistics into the convolution or linear map before it: (w x + b - mean) slope + offset is
/// (slope w) x + (b - mean) slope + offset. The weights are scaled anew at every run, since parameters may change; so it is done where they are
/// fewer than the activations that are then left alone; what is constant <see cref="ChannelFolding"/> has done before. Another order of operations: results agree to rounding.
/// </summary>
internal static class NormFolding
{
    /// <summary>How many activations there are at least for one weight.</summary>
    private const long LeastGain = 4;

    /// <summary>The graph without such normalisations.</summary>
    public static Graph Fold(Graph graph)
    {
        Dictionary<GraphValue, int>? readers = null;
        var folded = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (node.Primitive is ChannelLinearOp && node.Inputs[0] is GraphResult { Node: var product } result && CanScale(product, node) && (readers ??= Readers.Count(graph))[result] == 1)
                folded.Add(product, node);
        }
        if (folded.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (folded.ContainsKey(node))
                continue;
            if (node.Inputs.Count > 0 && node.Inputs[0] is GraphResult { Node: var product } && folded.GetValueOrDefault(product) == node)
                Scale(rewrite, product, node);
            else
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();
    }

    private static bool CanScale(GraphNode product, GraphNode norm)
    {
        if (product.Primitive is not (ConvOp or LinearOp))
            return false;
        var dtype = norm.Outputs[0].Spec.DType;
        if (dtype is not (DType.Float32 or DType.Float64))
            return false;
        foreach (var value in product.Inputs.Concat(norm.Inputs))
        {
            if (value.Spec.DType != dtype)
                return false;
        }
        // Channels are the second axis here and the last of a linear map.
        return (product.Primitive is ConvOp || norm.Outputs[0].Spec.Shape.Rank == 2)
            && product.Inputs[1].Spec.Shape.Count * LeastGain <= norm.Outputs[0].Spec.Shape.Count;
    }

    private static void Scale(GraphRewriter rewrite, GraphNode product, GraphNode norm)
    {
        GraphOrigin[] origins = [.. product.Origins, .. norm.Origins];
        var (weight, mean, slope, offset) = (rewrite.Of(product.Inputs[1]), rewrite.Of(norm.Inputs[1]), rewrite.Of(norm.Inputs[2]), rewrite.Of(norm.Inputs[3]));
        var sizes = new int[weight.Spec.Shape.Rank];
        Array.Fill(sizes, 1);
        sizes[0] = weight.Spec.Shape[0];
        var rows = Op(new ReshapeOp(sizes), slope.Spec with { Shape = sizes }, slope);
        var scaled = Op(Binary<Mul>.Instance, weight.Spec, weight, rows);
        var shift = product.Inputs.Count > 2 ? Op(Binary<Sub>.Instance, mean.Spec, rewrite.Of(product.Inputs[2]), mean) : Op(Unary<Neg>.Instance, mean.Spec, mean);
        var bias = Op(Binary<Add>.Instance, mean.Spec, Op(Binary<Mul>.Instance, mean.Spec, shift, slope), offset);
        var result = new GraphNode(product.Primitive, [rewrite.Of(product.Inputs[0]), scaled, bias], [norm.Outputs[0].Spec], origins) { IsReassociated = true };
        result.Outputs[0].Traced = norm.Outputs[0].Traced ?? norm.Outputs[0];
        rewrite.Add(result);
        rewrite.Replace(norm, result);

        GraphValue Op(Primitive primitive, TensorSpec spec, params ReadOnlySpan<GraphValue> inputs)
        {
            var node = new GraphNode(primitive, inputs, [spec], origins);
            rewrite.Add(node);
            return node.Outputs[0];
        }
    }
}
