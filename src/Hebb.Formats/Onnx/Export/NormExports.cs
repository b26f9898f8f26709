using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>Normalisations. Statistics that only the backward pass reads are not written.</summary>
internal static class NormExports
{
    public static void Add(ExportTable table)
    {
        table.Add("layer_norm", n =>
        {
            int axes = n.Int("axes");
            string weight = n.Count > 1 ? n.In(1) : n.Op("Expand", n.Number(1), n.Model.Sizes(n.Shape()[^axes..]));
            n.Set(n.Op("LayerNormalization", [n.In(0), weight, n.In(2)], ("axis", -axes), ("epsilon", n.Float("eps"))));
        }, c => c.UsesFrom(1));
        table.Add("rms_norm", n =>
        {
            int axes = n.Int("axes");
            string weight = n.Count > 1 ? n.In(1) : n.Op("Expand", n.Number(1), n.Model.Sizes(n.Shape()[^axes..]));
            string y = n.Op("RMSNormalization", [n.In(0), weight], ("axis", -axes), ("epsilon", n.Float("eps")));
            n.Set(n.Count > 2 ? n.Op("Add", y, n.In(2)) : y);
        }, c => c.Opset < 23 || c.UsesFrom(1));
        table.Add("group_norm", GroupNorm, c => c.UsesFrom(1));
        table.Add("channel_linear", Channels);
    }

    private static void GroupNorm(NodeExport n)
    {
        int groups = n.Int("groups"), channels = n.Spec(0).Shape[1], rank = n.Rank();
        string x = n.In(0);
        if (n.Opset >= 21)
        {
            string ones = n.Model.Constant(Tensor.Ones([channels], n.DType)), zeros = n.Model.Constant(Tensor.Zeros([channels], n.DType));
            n.Set(n.Op("GroupNormalization", [x, n.Count > 1 ? n.In(1, n.DType) : ones, n.Count > 2 ? n.In(2, n.DType) : zeros], ("epsilon", n.Float("eps")), ("num_groups", groups)));
            return;
        }
        // As a normalisation of instances, each group one.
        var shape = n.Shape();
        // Of an empty batch no size can be left to be worked out.
        long rest = shape[2..].All(d => d.Scale == 0) ? shape[2..].Aggregate((long)channels / groups, (p, d) => p * d.Offset) : -1;
        string y = groups == channels && rank > 2 ? x : n.Op("Reshape", x, n.Longs(0, groups, rest));
        y = n.Op("InstanceNormalization", [y, n.Model.Constant(Tensor.Ones([groups], n.DType)), n.Model.Constant(Tensor.Zeros([groups], n.DType))], ("epsilon", n.Float("eps")));
        if (groups != channels || rank == 2)
            y = n.Op("Reshape", y, n.Op("Shape", x));
        if (n.Count > 1)
            y = n.Op("Mul", y, Along(n, n.In(1, n.DType)));
        n.Set(n.Count > 2 ? n.Op("Add", y, Along(n, n.In(2, n.DType))) : y);
    }

    // Numbers by channel, [C], as [C, 1, …].
    private static string Along(NodeExport n, string channels)
    {
        int more = n.Rank() - 2;
        return more == 0 ? channels : n.Op("Unsqueeze", channels, n.Longs([.. Enumerable.Range(1, more).Select(i => (long)i)]));
    }

    // (x - mean) slope + offset. Batch norm in eval mode is that, its slope worked out from the running variance: then it is written as it was.
    private static void Channels(NodeExport n)
    {
        if (n.Spec(0).DType == n.Spec(1).DType && Statistics(n) is { } found)
        {
            string ones() => n.Model.Constant(Tensor.Ones([n.Spec(0).Shape[1]], n.DType));
            n.Set(n.Op("BatchNormalization", [n.In(0), found.Weight is null ? ones() : n.Graph.Name(found.Weight), n.In(3), n.In(1), n.Graph.Name(found.Variance)], ("epsilon", found.Epsilon)));
            return;
        }
        string y = n.Op("Mul", n.Op("Sub", n.In(0), Along(n, n.In(1, n.DType))), Along(n, n.In(2, n.DType)));
        n.Set(n.Op("Add", y, Along(n, n.In(3, n.DType))));
    }

    private static (GraphValue Variance, GraphValue? Weight, double Epsilon)? Statistics(NodeExport n)
    {
        var slope = n.Node.Inputs[2];
        GraphValue? weight = null;
        if (NodeExport.From(slope, "mul") is { } product)
        {
            int root = NodeExport.From(product.Inputs[0], "rsqrt") is not null ? 0 : 1;
            (slope, weight) = (product.Inputs[root], product.Inputs[1 - root]);
        }
        if (NodeExport.From(slope, "rsqrt") is not { } inverse || NodeExport.From(inverse.Inputs[0], "add") is not { } sum)
            return null;
        if (sum.Inputs[1] is not GraphConstant { Spec.Shape.Rank: 0 } epsilon || sum.Inputs[0].Spec.Shape.Rank != 1 || weight is not null && weight.Spec != sum.Inputs[0].Spec)
            return null;
        return (sum.Inputs[0], weight, epsilon.Tensor.Item());
    }
}
