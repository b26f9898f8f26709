using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>LayerNorm and RMSNorm over the last axis: (x - mean x) / sqrt(mean (x - mean x)^2 + eps) w + b, in the forms that exporters write.</summary>
internal static class RowNormPattern
{
    public static Pattern? Find(GraphNode node, PatternReader reader)
    {
        if (node.Primitive is Binary<Add>)
        {
            foreach (var (one, bias) in Orders(node))
            {
                if (IsRow(bias, node) && reader.Only<Binary<Mul>>(one) is { } scaled && Scaled(scaled, reader) is { } norm && norm.Primitive is LayerNormOp)
                    return norm with { Inputs = [.. norm.Inputs, new(bias)], Nodes = [node, .. norm.Nodes] };
            }
            return null;
        }
        return Scaled(node, reader) ?? Plain(node, reader);
    }

    // n w.
    private static Pattern? Scaled(GraphNode node, PatternReader reader)
    {
        if (node.Primitive is not Binary<Mul>)
            return null;
        foreach (var (one, weight) in Orders(node))
        {
            if (IsRow(weight, node) && reader.ReadersOf(one) == 1 && one is GraphResult { Node: var inner } && Plain(inner, reader) is { } norm)
                return norm with { Inputs = [.. norm.Inputs, new(weight)], Nodes = [node, .. norm.Nodes] };
        }
        return null;
    }

    // d / sqrt(v + eps), or d times its reciprocal.
    private static Pattern? Plain(GraphNode node, PatternReader reader)
    {
        if (node.Primitive is Binary<Div>)
            return reader.Only<Unary<Sqrt>>(node.Inputs[1]) is { } root ? Normalized(node.Inputs[0], root.Inputs[0], [node, root], reader) : null;
        if (node.Primitive is not Binary<Mul>)
            return null;
        foreach (var (distance, factor) in Orders(node))
        {
            if (reader.Only<Unary<Rsqrt>>(factor) is { } rsqrt)
                return Normalized(distance, rsqrt.Inputs[0], [node, rsqrt], reader);
            var reciprocal = reader.Only<Unary<Reciprocal>>(factor) ?? (reader.Only<Binary<Div>>(factor) is { } quotient && reader.Number(quotient.Inputs[0]) == 1 ? quotient : null);
            if (reciprocal is not null && reader.Only<Unary<Sqrt>>(reciprocal.Inputs[^1]) is { } inner)
                return Normalized(distance, inner.Inputs[0], [node, reciprocal, inner], reader);
        }
        return null;
    }

    private static Pattern? Normalized(GraphValue distance, GraphValue padded, GraphNode[] nodes, PatternReader reader)
    {
        if (reader.Only<Binary<Add>>(padded) is not { } sum || reader.WithNumber(sum) is not var (variance, eps) || eps < 0
            || reader.Only<MeanOp>(variance) is not { } mean || !IsLast(mean) || mean.Inputs[0] is not GraphResult { Node: var square } squared || reader.ReadersOf(squared) != 1)
            return null;
        bool isSquare = square.Primitive switch
        {
            Unary<Square> => square.Inputs[0] == distance,
            Binary<Mul> => square.Inputs[0] == distance && square.Inputs[1] == distance,
            Binary<Pow> => square.Inputs[0] == distance && reader.Number(square.Inputs[1]) == 2,
            _ => false,
        };
        if (!isSquare || distance.Spec != nodes[0].Outputs[0].Spec)
            return null;
        List<GraphNode> all = [.. nodes, sum, mean, square];
        // The square reads the distance once or twice, the quotient once.
        int own = square.Primitive is Binary<Mul> ? 3 : 2;
        if (PatternReader.By<Binary<Sub>>(distance) is { } difference && difference.Inputs[1] is GraphResult { Node: { Primitive: MeanOp } centre } && centre.Inputs[0] == difference.Inputs[0]
            && IsLast(centre) && reader.ReadersOf(distance) == own && reader.ReadersOf(difference.Inputs[1]) == 1)
            return new Pattern(new LayerNormOp(1, eps), [new(difference.Inputs[0])], [.. all, difference, centre]);
        return new Pattern(new RmsNormOp(1, eps), [new(distance)], all);
    }

    private static bool IsLast(GraphNode mean) => mean.Primitive is MeanOp { KeepDim: true, Axes: [var axis] } && axis == mean.Inputs[0].Spec.Shape.Rank - 1 && axis > 0;

    private static bool IsRow(GraphValue value, GraphNode node) => node.Outputs[0].Spec is var spec && value.Spec.DType == spec.DType && spec.Shape.Rank > 1 && value.Spec.Shape == spec.Shape[^1..];

    private static IEnumerable<(GraphValue, GraphValue)> Orders(GraphNode node) => [(node.Inputs[0], node.Inputs[1]), (node.Inputs[1], node.Inputs[0])];
}
