using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The pass that leaves out what changes nothing, and makes one op of two that undo or follow each other: only where not a bit of any result changes. So x + 0
/// stays for floats, where it makes 0 of -0, but x - 0 goes.
/// </summary>
internal static class Algebra
{
    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="guards">Gets constants that were looked at; null looks at none.</param>
    public static Graph Simplify(Graph graph, List<VersionGuard>? guards)
    {
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            var inputs = rewrite.Inputs(node);
            if (Same(node, inputs, guards) is { } same)
                rewrite.Replace(node.Outputs[0], same);
            else if (Shorter(node, inputs) is var (primitive, from) && primitive is not null)
                rewrite.Exchange(node, primitive, from);
            else
                rewrite.Keep(node, inputs);
        }
        return rewrite.Finish();
    }

    /// <summary>A value that a node gives back unchanged; null if it changes something.</summary>
    private static GraphValue? Same(GraphNode node, GraphValue[] inputs, List<VersionGuard>? guards)
    {
        if (node.Outputs.Count != 1 || inputs.Length == 0)
            return null;
        var (x, output) = (inputs[0], node.Outputs[0].Spec);
        switch (node.Primitive)
        {
            case ReshapeOp or ExpandOp or CastOp when x.Spec == output:
                return x;
            case PermuteOp permute when IsIdentity(permute.Axes):
                return x;
            case PermuteOp permute when x is GraphResult { Node: { Primitive: PermuteOp first } turned } && IsIdentity(After(permute, first)):
                return turned.Inputs[0];
            case ReshapeOp when Before<ReshapeOp>(x) is { } shaped && shaped.Spec == output:
                return shaped;
            case CastOp when Before<CastOp>(x) is { } cast && cast.Spec == output && Holds(x.Spec.DType, output.DType):
                return cast;
            // What a kernel wrote lies in order already.
            case ContiguousOp when x is not GraphResult { Node.Primitive: ViewPrimitive } and not GraphConstant:
                return x;
            case Unary<Neg> when Before<Unary<Neg>>(x) is { } negated && negated.Spec == output:
                return negated;
            case Binary<Mul>:
                return Neutral(inputs, output, 1, 0, guards, IsOne) ?? Neutral(inputs, output, 0, 1, guards, IsOne);
            case Binary<Div>:
                return Neutral(inputs, output, 0, 1, guards, IsOne);
            case Binary<Add>:
                return Neutral(inputs, output, 1, 0, guards, IsNothingToAdd) ?? Neutral(inputs, output, 0, 1, guards, IsNothingToAdd);
            case Binary<Sub>:
                return Neutral(inputs, output, 0, 1, guards, IsNothingToSubtract);
            default:
                return null;
        }
    }

    /// <summary>One op in the place of two.</summary>
    private static (Primitive? Primitive, GraphValue From) Shorter(GraphNode node, GraphValue[] inputs)
    {
        if (inputs.Length != 1 || inputs[0] is not GraphResult { Node: var before })
            return default;
        var from = before.Inputs.Count == 1 ? before.Inputs[0] : null;
        switch (node.Primitive)
        {
            case ReshapeOp when before.Primitive is ReshapeOp:
                return (node.Primitive, from!);
            case ExpandOp when before.Primitive is ExpandOp:
                return (node.Primitive, from!);
            case PermuteOp permute when before.Primitive is PermuteOp first:
                return (new PermuteOp(After(permute, first)), from!);
            case CastOp when before.Primitive is CastOp && Holds(before.Outputs[0].Spec.DType, from!.Spec.DType):
                return (node.Primitive, from);
            case ContiguousOp when before.Primitive is ContiguousOp:
                return (node.Primitive, from!);
            default:
                return default;
        }
    }

    private static GraphValue? Before<T>(GraphValue value) where T : Primitive => value is GraphResult { Node: { Primitive: T } node } ? node.Inputs[0] : null;

    private static int[] After(PermuteOp permute, PermuteOp first) => Array.ConvertAll(permute.Axes, a => first.Axes[a]);

    private static bool IsIdentity(int[] axes)
    {
        for (int i = 0; i < axes.Length; i++)
        {
            if (axes[i] != i)
                return false;
        }
        return true;
    }

    /// <summary>Whether a type holds every value of another exactly, so that a conversion by way of it is one.</summary>
    private static bool Holds(DType wide, DType narrow)
    {
        if (wide == narrow || wide.IsComplex || wide.IsStorageOnly || narrow.IsComplex || narrow.IsStorageOnly)
            return wide == narrow;
        if (narrow == DType.Bool)
            return true;
        if (narrow.IsFloat)
            return wide == DType.Float64 || (wide == DType.Float32 && narrow.IsHalf);
        if (!wide.IsInteger || !narrow.IsInteger)
            return false;
        var ((least, most), (low, high)) = (wide.IntegerRange, narrow.IntegerRange);
        return least <= low && most >= high;
    }

    private static GraphValue? Neutral(GraphValue[] inputs, TensorSpec output, int kept, int neutral, List<VersionGuard>? guards, Func<DType, double, bool> isNeutral)
    {
        if (guards is null || inputs[kept].Spec != output || inputs[neutral] is not GraphConstant { Changes: false } constant)
            return null;
        var tensor = constant.Tensor;
        if (tensor.Count != 1 || !tensor.HasStorage || tensor.Storage.IsExposed || tensor.DType.IsComplex || tensor.DType.IsStorageOnly || !isNeutral(output.DType, tensor.Item()))
            return null;
        guards.Add(new VersionGuard(tensor.Storage));
        return inputs[kept];
    }

    private static bool IsOne(DType dtype, double value) => value == 1 && !dtype.IsComplex;

    private static bool IsNothingToAdd(DType dtype, double value) => value == 0 && !dtype.IsComplex && (!dtype.IsFloat || double.IsNegative(value));

    private static bool IsNothingToSubtract(DType dtype, double value) => value == 0 && !dtype.IsComplex && !double.IsNegative(value);
}
