namespace Hebb.Onnx;

/// <summary>How shapes meet.</summary>
internal static class Broadcasting
{
    /// <summary>
    /// The second operand of the operators that are binary, ready to meet the first. Before version 7 of the operator set it is broadcast only on request, and then may
    /// start at an axis of the first.
    /// </summary>
    public static Tensor Second(NodeCall c)
    {
        var (a, b) = (c[0], c[1]);
        if (c.Version >= 7 || b.Rank == 0 || !c.Flag("broadcast") || !c.HasAttribute("axis"))
            return b;
        int axis = HostValues.Axis(c.Int("axis"), a.Rank);
        int trailing = a.Rank - axis - b.Rank;
        if (trailing < 0)
            throw new ShapeException($"{b.Shape} does not fit {a.Shape} from axis {axis} on");
        return trailing == 0 ? b : b.Reshape([.. b.Shape, .. Enumerable.Repeat(1, trailing)]);
    }

    /// <summary>A vector over the channels, which are axis 1, of a tensor of some rank.</summary>
    public static Tensor Channels(Tensor x, int rank) => rank <= 2 ? x : x.Reshape([-1, .. Enumerable.Repeat(1, rank - 2)]);

    /// <summary>The shape that several shapes broadcast to.</summary>
    public static Shape Of(IEnumerable<Shape> shapes)
    {
        Shape all = Shape.Create([]);
        foreach (var shape in shapes)
            all = Shape.Broadcast(all, shape, "broadcasting");
        return all;
    }
}
