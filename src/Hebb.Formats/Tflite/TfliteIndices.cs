namespace Hebb.Tflite;

/// <summary>Operators that look elements up.</summary>
internal static class TfliteIndices
{
    public static TfliteStep? Make(TfliteNode node)
    {
        switch (node.Name)
        {
            case "GATHER":
                var (axis, batch) = (node.Int(0), node.Int(1));
                var places = node.Stored(1);
                return TfliteOps.Moving(node, (x, v) => Gather(x, places(v), axis, batch));
            case "GATHER_ND":
                var indices = node.Stored(1);
                return TfliteOps.Moving(node, (x, v) => x[Array.ConvertAll(indices(v).Unbind(-1), i => (TensorIndex)i.To(DType.Int64))]);
            case "EMBEDDING_LOOKUP":
                var (ids, table, give) = (node.Stored(0), node.Real(1), node.Give());
                return v => [give(Gather(table(v), ids(v), 0, 0))];
            case "SCATTER_ND":
                var (at, values, size) = (node.Stored(0), node.Stored(1), node.Numbers(2));
                return v => [Tensor.Zeros(size(v), values(v).DType).IndexPut(Array.ConvertAll(at(v).Unbind(-1), i => i.To(DType.Int64)), values(v), accumulate: true)];
            case "ONE_HOT":
                return OneHot(node);
            case "TOPK_V2":
                var (searched, count) = (node.Stored(0), node.Numbers(1));
                return v =>
                {
                    var (best, where) = searched(v).TopK(count(v)[0]);
                    return [best, where.To(DType.Int32)];
                };
            case "WHERE" when node.Count == 1:
                var condition = node.Stored(0);
                return v => [condition(v).Nonzero()];
            case "REVERSE_SEQUENCE":
                var (lengths, along, examples) = (node.Numbers(1), node.Int(0), node.Int(1));
                return TfliteOps.Moving(node, (x, v) => Reversed(x, lengths(v), along, examples));
            case "SEGMENT_SUM":
                var (segments, terms) = (node.Numbers(1), node.Real(0));
                return v => [terms(v).SegmentSum(Tensor.From(segments(v)), segments(v) is { Length: > 0 } all ? all.Max() + 1 : 0)];
            case "DYNAMIC_UPDATE_SLICE":
                var (update, corner) = (node.Stored(1), node.Numbers(2));
                return TfliteOps.Moving(node, (x, v) => Updated(x, update(v), corner(v)));
            default:
                return null;
        }
    }

    private static Tensor Gather(Tensor x, Tensor places, int axis, int batch)
    {
        axis = x.Shape.Axis(axis);
        batch = batch < 0 ? batch + places.Rank : batch;
        if (batch < 0 || batch > Math.Min(axis, places.Rank))
            throw new ShapeException($"{batch} axes in common of {x.Shape} and {places.Shape}");
        if (batch == 0)
            return x.IndexSelect(axis, places.Flatten(0).To(DType.Int64)).Reshape([.. x.Shape[..axis], .. places.Shape, .. x.Shape[(axis + 1)..]]);
        if (x.Shape[0] != places.Shape[0] || x.Shape[0] == 0)
            throw new ShapeException($"{x.Shape} and {places.Shape} differ in the first axis");
        return Tensor.Stack([.. Enumerable.Range(0, x.Shape[0]).Select(i => Gather(x.Select(0, i), places.Select(0, i), axis - 1, batch - 1))]);
    }

    private static TfliteStep OneHot(TfliteNode node)
    {
        var (indices, depth, on, off, give) = (node.Stored(0), node.Numbers(1), node.Real(2), node.Real(3), node.Give());
        int axis = node.Int(0);
        return v =>
        {
            var i = indices(v);
            int at = axis < 0 ? axis + i.Rank + 1 : axis;
            var along = Enumerable.Repeat(1, i.Rank + 1).ToArray();
            along[at] = depth(v)[0];
            return [give(Tensor.Where(i.To(DType.Int64).Unsqueeze(at).Equal(Tensor.Arange(depth(v)[0]).Reshape(along)), on(v), off(v)))];
        };
    }

    private static Tensor Reversed(Tensor x, int[] lengths, int along, int examples)
    {
        if (lengths.Length != x.Shape[examples])
            throw new ShapeException($"{lengths.Length} lengths for {x.Shape}");
        int steps = x.Shape[along];
        return Tensor.Stack([.. lengths.Select((n, i) =>
        {
            long[] order = [.. Enumerable.Range(0, steps).Select(t => (long)(t < n ? n - 1 - t : t))];
            return x.Select(examples, i).IndexSelect(along > examples ? along - 1 : along, Tensor.From(order));
        })], examples);
    }

    private static Tensor Updated(Tensor x, Tensor update, int[] corner)
    {
        if (corner.Length != x.Rank || update.Rank != x.Rank)
            throw new ShapeException($"{update.Shape} at {corner.Length} places into {x.Shape}");
        return x.IndexPut([.. Enumerable.Range(0, x.Rank).Select(Places)], update);

        // A part that would reach past the end is moved to it.
        Tensor Places(int i)
        {
            int start = Math.Clamp(corner[i], 0, Math.Max(0, x.Shape[i] - update.Shape[i]));
            var along = Enumerable.Repeat(1, x.Rank).ToArray();
            along[i] = update.Shape[i];
            return Tensor.Arange(start, start + update.Shape[i]).Reshape(along).Expand(update.Shape);
        }
    }
}
