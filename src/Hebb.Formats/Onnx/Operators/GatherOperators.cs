using Hebb.Ops;

namespace Hebb.Onnx;

/// <summary>Elements by their indices.</summary>
internal static class GatherOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Gather", 1, c => [SmallTypes.Move(c.Required(0), x => Gather(x, c[1], HostValues.Axis(c.Int("axis", 0), x.Rank)))]);
        table.AddAll("GatherElements", 11, c => [SmallTypes.Move(c.Required(0), x => GatherElements(x, c[1], HostValues.Axis(c.Int("axis", 0), x.Rank)))]);
        table.AddAll("GatherND", 11, c => [SmallTypes.Move(c.Required(0), x => GatherNd(x, c[1], (int)c.Int("batch_dims", 0)))]);
        table.AddAll("Compress", 9, c => [SmallTypes.Move(c.Required(0), x => Compress(c, x))]);
    }

    private static Tensor Gather(Tensor x, Tensor indices, int axis) => IndexOp.Apply(x, [indices.To(DType.Int64)], axis);

    // As indices are large as the result along every axis, all others may be smaller than x.
    private static Tensor GatherElements(Tensor x, Tensor indices, int axis)
    {
        indices = indices.To(DType.Int64);
        indices = Tensor.Where(indices < 0L, indices + (long)x.Shape[axis], indices);
        return x.Gather(axis, indices);
    }

    private static Tensor GatherNd(Tensor x, Tensor indices, int batch)
    {
        int depth = indices.Rank == 0 ? 1 : indices.Shape[^1];
        if (batch < 0 || batch >= indices.Rank || batch + depth > x.Rank)
            throw new ShapeException($"indices {indices.Shape} with {batch} batch axes do not fit {x.Shape}");
        indices = indices.To(DType.Int64);
        var each = new Tensor[batch + depth];
        for (int i = 0; i < batch; i++)
        {
            var along = Enumerable.Repeat(1, indices.Rank - 1).ToArray();
            along[i] = x.Shape[i];
            each[i] = Tensor.Arange(x.Shape[i]).Reshape(along);
        }
        for (int i = 0; i < depth; i++)
            each[batch + i] = indices.Select(-1, i);
        return IndexOp.Apply(x, Tensor.BroadcastTensors(each), 0);
    }

    private static Tensor Compress(NodeCall c, Tensor x)
    {
        var chosen = c[1].Flatten().Nonzero().Flatten();
        return c.HasAttribute("axis") ? x.IndexSelect(HostValues.Axis(c.Int("axis"), x.Rank), chosen) : x.Flatten().IndexSelect(0, chosen);
    }
}
