using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Gelu: x (1 + erf(x / sqrt 2)) / 2, or x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2, the factors in any order.</summary>
internal static class GeluPattern
{
    // Exporters write seven digits or fewer.
    private const double Tolerance = 1e-4;

    public static Pattern? Find(GraphNode node, PatternReader reader)
    {
        if (node.Primitive is not (Binary<Mul> or Binary<Div>))
            return null;
        var (half, factors) = reader.Product(node);
        if (factors.Count != 2 || !Near(half, 0.5))
            return null;
        for (int i = 0; i < 2; i++)
        {
            var (x, other) = (factors[i], factors[1 - i]);
            if (reader.Only<Binary<Add>>(other) is not { } sum || reader.WithNumber(sum) is not var (curve, one) || one != 1 || x.Spec != node.Outputs[0].Spec)
                continue;
            if (reader.Only<Unary<Erf>>(curve) is { } erf && Argument(erf.Inputs[0]) is var (scale, inner) && Near(scale, Math.Sqrt(0.5)) && inner is [var only] && only == x)
                return new Pattern(Unary<Gelu>.Instance, [new(x)], [node, sum, erf]);
            if (reader.Only<Unary<Tanh>>(curve) is { } tanh && Argument(tanh.Inputs[0]) is var (outer, terms) && Near(outer, Math.Sqrt(2 / Math.PI)) && terms is [var term] && IsCubic(term, x))
                return new Pattern(Unary<GeluTanh>.Instance, [new(x)], [node, sum, tanh]);
        }
        return null;

        (double, List<GraphValue>)? Argument(GraphValue value) =>
            reader.ReadersOf(value) == 1 && value is GraphResult { Node: { Primitive: Binary<Mul> or Binary<Div> } product } ? reader.Product(product) : null;

        bool IsCubic(GraphValue value, GraphValue x)
        {
            if (reader.Only<Binary<Add>>(value) is not { } sum)
                return false;
            var cube = sum.Inputs[0] == x ? sum.Inputs[1] : sum.Inputs[1] == x ? sum.Inputs[0] : null;
            return cube is not null && Argument(cube) is var (factor, factors) && Near(factor, 0.044715) && factors.Count == 3 && factors.TrueForAll(f => f == x);
        }
    }

    private static bool Near(double found, double expected) => Math.Abs(found - expected) <= Tolerance * expected;
}
