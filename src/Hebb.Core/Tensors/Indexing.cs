using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// What <c>x[…]</c> means: a view by indices, ranges and new axes, and the index tensors that then pick from it. Where several index tensors stand side
/// by side their broadcast shape takes their place, else it comes first, as in NumPy; plain indices are taken beforehand, as in PyTorch.
/// </summary>
internal readonly struct Indexing
{
    private Indexing(Tensor view, Tensor[] indices, int axis)
    {
        View = view;
        Indices = indices;
        Axis = axis;
    }

    /// <summary>The part of the tensor that the index tensors pick from; their axes are neighbours, from <see cref="Axis"/> on.</summary>
    public Tensor View { get; }

    /// <summary>Integer tensors of one shape, one for each axis that is picked from; none where the view is the answer.</summary>
    public Tensor[] Indices { get; }

    public int Axis { get; }

    /// <exception cref="ShapeException">More items than axes, an index out of range, or masks and index tensors that don't fit.</exception>
    /// <exception cref="DTypeException">An index tensor is neither integer nor Bool.</exception>
    public static Indexing Resolve(Tensor x, ReadOnlySpan<TensorIndex> items)
    {
        int skipped = x.Rank - CountAxes(x, items);
        var starts = new int[x.Rank];
        var steps = new int[x.Rank];
        int[] counts = x.Shape.ToArray();
        Array.Fill(steps, 1);
        var sizes = new List<int>();
        var picks = new List<(int Axis, Tensor Indices)>();
        bool whole = true;
        int axis = 0;
        foreach (ref readonly var item in items)
        {
            switch (item.Kind)
            {
                case TensorIndex.IndexKind.At:
                    int size = x.Shape[axis], at = item.Start!.Value;
                    starts[axis] = at < 0 ? at + size : at;
                    if ((uint)starts[axis] >= (uint)size)
                        throw new ShapeException($"Index: {at} is out of range for axis {axis} of {x.Shape}, of size {size}");
                    counts[axis++] = 1;
                    whole = false;
                    break;
                case TensorIndex.IndexKind.Slice:
                    (starts[axis], counts[axis]) = SliceBounds.Resolve(x.Shape[axis], item.Start, item.End, item.By);
                    steps[axis] = item.By;
                    whole &= starts[axis] == 0 && counts[axis] == x.Shape[axis] && item.By == 1;
                    sizes.Add(counts[axis++]);
                    break;
                case TensorIndex.IndexKind.NewAxis:
                    sizes.Add(1);
                    break;
                case TensorIndex.IndexKind.Ellipsis:
                    for (int i = 0; i < skipped; i++)
                        sizes.Add(counts[axis++]);
                    break;
                default:
                    foreach (var indices in Positions(x, item.Indices!, axis))
                    {
                        picks.Add((sizes.Count, indices));
                        sizes.Add(counts[axis++]);
                    }
                    break;
            }
        }
        while (axis < x.Rank)
            sizes.Add(counts[axis++]);
        var view = whole ? x : Engine.Apply(new SliceOp(starts, counts, steps), x);
        view = view.Reshape((Shape)sizes.ToArray());
        return picks.Count == 0 ? new Indexing(view, [], 0) : Gather(view, picks);
    }

    private static int CountAxes(Tensor x, ReadOnlySpan<TensorIndex> items)
    {
        int used = 0, ellipses = 0;
        foreach (ref readonly var item in items)
        {
            if (item.Kind == TensorIndex.IndexKind.Ellipsis)
                ellipses++;
            else if (item.Kind == TensorIndex.IndexKind.Tensor)
                used += item.Indices!.DType == DType.Bool ? item.Indices.Rank : 1;
            else if (item.Kind != TensorIndex.IndexKind.NewAxis)
                used++;
        }
        if (ellipses > 1)
            throw new ShapeException("Index: an ellipsis may stand only once");
        if (used > x.Rank)
            throw new ShapeException($"Index: {used} axes are indexed, {x.Shape} has {x.Rank}");
        return used;
    }

    /// <summary>An index tensor itself; for a mask the places where it is true, one tensor for each of its axes.</summary>
    private static Tensor[] Positions(Tensor x, Tensor indices, int axis)
    {
        if (indices.DType.IsInteger)
            return [indices];
        if (indices.DType != DType.Bool)
            throw new DTypeException($"Index: the indices are {indices.DType.Name}; they must be integers, or bool for a mask");
        if (indices.Rank == 0)
            throw new ShapeException("Index: a mask without axes picks nothing; give it the axes it masks");
        for (int i = 0; i < indices.Rank; i++)
        {
            if (indices.Shape[i] != x.Shape[axis + i])
                throw new ShapeException($"Index: the mask is {indices.Shape}, the axes it masks are {x.Shape[axis..(axis + indices.Rank)]} of {x.Shape}");
        }
        var places = indices.Nonzero();
        var result = new Tensor[indices.Rank];
        for (int i = 0; i < result.Length; i++)
            result[i] = places.Select(1, i);
        return result;
    }

    private static Indexing Gather(Tensor view, List<(int Axis, Tensor Indices)> picks)
    {
        var shape = picks[0].Indices.Shape;
        bool neighbours = true;
        for (int i = 1; i < picks.Count; i++)
        {
            if (!Shape.TryBroadcast(shape, picks[i].Indices.Shape, out var broadcast, out _))
                throw new ShapeException($"Index: index tensors of {shape} and {picks[i].Indices.Shape} don't broadcast");
            shape = broadcast;
            neighbours &= picks[i].Axis == picks[i - 1].Axis + 1;
        }
        var indices = new Tensor[picks.Count];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = picks[i].Indices.Expand(shape);
        if (neighbours)
            return new Indexing(view, indices, picks[0].Axis);
        var order = new List<int>(view.Rank);
        foreach (var (axis, _) in picks)
            order.Add(axis);
        for (int i = 0; i < view.Rank; i++)
        {
            if (!order.Contains(i))
                order.Add(i);
        }
        return new Indexing(view.Permute(order.ToArray()), indices, 0);
    }
}
