using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Channels in an order that takes one of each of some equal parts after the other: [N, parts * m, H, W] seen as [N, parts, m, H, W], turned to [N, m, parts, H, W] and seen as [N, m * parts, H, W].</summary>
/// <param name="Source">The channels as they were.</param>
/// <param name="Parts">How many.</param>
/// <param name="Nodes">The three that make it.</param>
internal sealed record ChannelShuffle(GraphValue Source, int Parts, GraphNode[] Nodes)
{
    /// <summary>The shuffle of what a depthwise convolution reads, if nothing else reads it and its kernel can read channels in that order.</summary>
    public static ChannelShuffle? Of(GraphNode conv, Dictionary<GraphValue, int> readers, HashSet<GraphNode> taken)
    {
        if (Maker<ReshapeOp>(conv.Inputs[0]) is not { } join || Maker<PermuteOp>(join.Inputs[0]) is not { } turn || Maker<ReshapeOp>(turn.Inputs[0]) is not { } cut)
            return null;
        var (source, parts) = (cut.Inputs[0], cut.Outputs[0].Spec.Shape);
        var shape = source.Spec.Shape;
        bool shuffles = shape.Rank == 4 && join.Outputs[0].Spec.Shape == shape && parts.Rank == 5 && ((PermuteOp)turn.Primitive).Axes is [0, 2, 1, 3, 4]
            && parts[0] == shape[0] && parts[1] * parts[2] == shape[1] && parts[3] == shape[2] && parts[4] == shape[3];
        if (!shuffles)
            return null;
        var geometry = ((ConvOp)conv.Primitive).Window.Geometry(shape, conv.Inputs[1].Spec.Shape, conv.Outputs[0].Spec.Shape);
        return DepthwiseConv<float, V128<float>>.Describe(geometry, out _) ? new ChannelShuffle(source, parts[1], [cut, turn, join]) : null;

        GraphNode? Maker<TOp>(GraphValue value) =>
            value is GraphResult { Node: { Primitive: TOp } node } && readers[value] == 1 && node.Recomputation == conv.Recomputation && !taken.Contains(node) ? node : null;
    }
}
