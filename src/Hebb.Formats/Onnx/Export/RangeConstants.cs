using Hebb.Compile;
using Hebb.Ops;

namespace Hebb.Onnx.Export;

/// <summary>
/// Constants of one axis that count up or down, such as the positions of a sequence, and whose length follows from a dynamic size: written as running sums, whose lengths can follow.
/// </summary>
internal static class RangeConstants
{
    /// <summary>Replaces the constants that are such ranges in both graphs, of different lengths.</summary>
    public static (Graph A, Graph B) Replace(Graph a, Graph b)
    {
        if (a.Leaves.Count != b.Leaves.Count)
            return (a, b);
        var left = new Dictionary<GraphConstant, (double First, double Step)>(ReferenceEqualityComparer.Instance);
        var right = new Dictionary<GraphConstant, (double First, double Step)>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < a.Leaves.Count; i++)
        {
            if (a.Leaves[i] is not GraphConstant x || b.Leaves[i] is not GraphConstant y || x.Spec.Shape == y.Spec.Shape || x.Spec.DType != y.Spec.DType)
                continue;
            // Where they begin may follow too.
            if (Range(x.Tensor) is { } range && Range(y.Tensor) is { } other && range.Step == other.Step)
                (left[x], right[y]) = (range, other);
        }
        return left.Count == 0 ? (a, b) : (Rewrite(a, left), Rewrite(b, right));
    }

    /// <summary>The same for a graph that was worked out from one in which they are replaced, and one traced, in which they are not.</summary>
    public static (Graph Built, Graph Traced) Replace(Graph built, Graph traced, Graph example)
    {
        var ranges = new Dictionary<GraphConstant, (double First, double Step)>(ReferenceEqualityComparer.Instance);
        int count = example.Nodes.Count(n => n.Path == Mark);
        foreach (var leaf in traced.Leaves.OfType<GraphConstant>())
        {
            if (count > 0 && Range(leaf.Tensor) is { } range && !built.Leaves.OfType<GraphConstant>().Any(c => TensorBits.Equal(c.Tensor, leaf.Tensor)))
                ranges[leaf] = range;
        }
        return (built, ranges.Count == 0 ? traced : Rewrite(traced, ranges));
    }

    private const string Mark = "range";

    private static (double First, double Step)? Range(Tensor x)
    {
        if (x.Rank != 1 || x.Count < 3 || x.DType is not (DType.Int64 or DType.Int32 or DType.Float32 or DType.Float64))
            return null;
        double[] values = x.Detach().To(DType.Float64).ToArray<double>();
        double step = values[1] - values[0];
        if (step == 0)
            return null;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != values[0] + i * step)
                return null;
        }
        return (values[0], step);
    }

    private static Graph Rewrite(Graph graph, Dictionary<GraphConstant, (double First, double Step)> ranges)
    {
        var values = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        var nodes = new List<GraphNode>();
        foreach (var leaf in graph.Leaves)
        {
            if (leaf is not GraphConstant constant || !ranges.TryGetValue(constant, out var range))
                continue;
            var steps = new GraphConstant(TensorScope.Escape(Tensor.Full(constant.Spec.Shape, range.Step, constant.Spec.DType)));
            var start = new GraphConstant(TensorScope.Escape(Tensor.Full([], range.First - range.Step, constant.Spec.DType)));
            var sums = new GraphNode(new CumSumOp(0, reverse: false), [steps], [constant.Spec], Mark);
            var sum = new GraphNode(Binary<Add>.Instance, [sums.Outputs[0], start], [constant.Spec], Mark);
            nodes.AddRange([sums, sum]);
            values.Add(leaf, sum.Outputs[0]);
        }
        foreach (var node in graph.Nodes)
        {
            var made = new GraphNode(node.Primitive, [.. node.Inputs.Select(Of)], [.. node.Outputs.Select(o => o.Spec)], node.Path, node.Line);
            for (int i = 0; i < made.Outputs.Count; i++)
                values.Add(node.Outputs[i], made.Outputs[i]);
            nodes.Add(made);
        }
        return new Graph(graph.Inputs, nodes, graph.Outputs.Select(Of));

        GraphValue Of(GraphValue value) => values.GetValueOrDefault(value, value);
    }
}
