using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Attention: softmax(q k' c + mask) v, or softmax(where(seen, q k' c, low)) v, over examples and heads or over one axis for both. Queries that see no key, whose scores all are minus infinity, get 0 in
/// place of NaN. A finite low number is added instead of put in the place of scores, if it is so low that scores vanish beside it.
/// </summary>
internal static class AttentionPattern
{
    public static Pattern? Find(GraphNode node, PatternReader reader)
    {
        if (node.Primitive is not MatMulOp || node.Inputs[0].Spec.Shape is not { Rank: 3 or 4 } weights || node.Inputs[1].Spec.Shape.Rank != weights.Rank
            || reader.Only<SoftmaxOp>(node.Inputs[0]) is not { } softmax || ((SoftmaxOp)softmax.Primitive).Axis != weights.Rank - 1)
            return null;
        var scores = softmax.Inputs[0];
        List<GraphNode> nodes = [node, softmax];
        GraphValue? mask = null;
        (bool Keeps, double Low)? choice = null;
        if (reader.Only<Binary<Add>>(scores) is { } sum)
        {
            bool first = Scores(sum.Inputs[0], reader) is not null;
            (scores, mask) = first ? (sum.Inputs[0], sum.Inputs[1]) : (sum.Inputs[1], sum.Inputs[0]);
            nodes.Add(sum);
        }
        else if (reader.Only<WhereOp>(scores) is { } where)
        {
            bool keeps = Scores(where.Inputs[1], reader) is not null;
            if (reader.Number(where.Inputs[keeps ? 2 : 1]) is not { } low || !Hides(low, scores.Spec.DType))
                return null;
            (scores, mask, choice) = (where.Inputs[keeps ? 1 : 2], where.Inputs[0], (keeps, low));
            nodes.Add(where);
        }
        if (Scores(scores, reader) is not var (product, scale, scaled) || scores.Spec.Shape != weights || (mask is not null && choice is null && mask.Spec.DType != scores.Spec.DType))
            return null;
        if (scaled is not null)
            nodes.Add(scaled);
        nodes.Add(product);
        GraphValue q = product.Inputs[0], keys = product.Inputs[1], v = node.Inputs[1];
        var batch = q.Spec.Shape[..^2];
        if (q.Spec.Shape.Rank != weights.Rank || keys.Spec.Shape.Rank != weights.Rank || keys.Spec.Shape[..^2] != batch || v.Spec.Shape[..^2] != batch || q.Spec.Shape.Count == 0 || keys.Spec.Shape.Count == 0)
            return null;
        List<PatternInput> inputs = [new(q, Four(q)), new(keys, [.. Four(keys), new PermuteOp([0, 1, 3, 2])]), new(v, Four(v))];
        if (mask is not null)
        {
            int[] sizes = mask.Spec.Shape.ToArray();
            // Where one axis stands for examples and heads, so does the mask's.
            int[] four = weights.Rank == 3 && sizes.Length == 3 ? [sizes[0], 1, sizes[1], sizes[2]] : [.. Enumerable.Repeat(1, Math.Max(4 - sizes.Length, 0)), .. sizes];
            List<Primitive> views = four.AsSpan().SequenceEqual(sizes) ? [] : [new ReshapeOp(Shape.Create(four))];
            bool exact = choice is { Low: double.NegativeInfinity };
            if (exact && !choice!.Value.Keeps)
                views.Insert(0, Ops.Predicate<LogicalNot>.Instance);
            inputs.Add(new(mask, views) { Masks = exact || choice is null ? null : Math.Max(choice.Value.Low, LowestSum), Keeps = choice is { Keeps: true } });
        }
        return new Pattern(new AttentionOp(new(scale, Masked: mask is not null)), inputs, nodes);
    }

    // The kernels scale scores and masks: what is lower than this might become minus infinity there, and hides no more.
    private const double LowestSum = -1e30;

    /// <summary>Whether a score does not show in its sum with a number, as minus infinity and the least finite numbers: keys that all are left out then weigh the same, as they do where the number takes their place.</summary>
    private static bool Hides(double low, DType type)
    {
        const int Score = 16;
        return low < 0 && (type == DType.Float32 ? (float)low + Score == (float)low : low + Score == low);
    }

    // q k', perhaps times a number.
    private static (GraphNode Product, double Scale, GraphNode? Scaled)? Scores(GraphValue value, PatternReader reader)
    {
        if (reader.Only<MatMulOp>(value) is { } plain)
            return (plain, 1, null);
        if (reader.Only<Binary<Mul>>(value) is { } times && reader.WithNumber(times) is var (one, factor) && reader.Only<MatMulOp>(one) is { } first)
            return (first, factor, times);
        if (reader.Only<Binary<Div>>(value) is { } over && reader.Number(over.Inputs[1]) is { } divisor && reader.Only<MatMulOp>(over.Inputs[0]) is { } second)
            return (second, 1 / divisor, over);
        return null;
    }

    private static Primitive[] Four(GraphValue value)
    {
        var shape = value.Spec.Shape;
        return shape.Rank == 4 ? [] : [new ReshapeOp(Shape.Create([shape[0], 1, shape[1], shape[2]]))];
    }
}
