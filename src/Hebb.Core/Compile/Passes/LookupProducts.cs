using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// The pass that multiplies a small table instead of the many rows that are looked up in it. With E[i] the rows of a table E by number, and S the sums of those rows of G that belong to one row of
/// the table: E[i] W is (E W)[i]; and of the gradients, G W summed by row is S W, E[i]' G is E' S, and the sum of all rows of G is that of S. Gradients are so summed in another order: they agree
/// to rounding.
/// </summary>
internal static class LookupProducts
{
    /// <summary>How many rows are looked up at least for one of the table, and how many products each element that has to be moved in their place spares at least.</summary>
    private const int LeastLookups = 4, LeastWidth = 32;

    private enum Form
    {
        /// <summary>E[i] W.</summary>
        Lookup,

        /// <summary>G W summed by row.</summary>
        Summed,

        /// <summary>E[i]' G.</summary>
        TableFirst,

        /// <summary>G' E[i].</summary>
        TableLast,
    }

    /// <summary>What a node computes.</summary>
    /// <param name="Form">In which of the forms.</param>
    /// <param name="Table">E, or W where E does not appear.</param>
    /// <param name="Indices">i.</param>
    /// <param name="Rows">G, without the shape that it was given for the product; null where it does not appear.</param>
    /// <param name="Count">The rows of E.</param>
    private sealed record Match(Form Form, GraphValue Table, GraphValue Indices, GraphValue? Rows, int Count);

    /// <summary>The graph with smaller products.</summary>
    public static Graph Shrink(Graph graph)
    {
        if (!graph.Nodes.Any(n => n.Primitive is EmbeddingOp))
            return graph;
        var matches = new Dictionary<GraphNode, Match>(ReferenceEqualityComparer.Instance);
        var summed = new Dictionary<GraphValue, Match>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (Find(node) is not { } match)
                continue;
            matches.Add(node, match);
            if (match.Rows is { } rows)
                summed.TryAdd(rows, match);
        }
        if (matches.Count == 0)
            return graph;
        var writer = new Writer(new GraphRewriter(graph));
        foreach (var node in graph.Nodes)
        {
            if (matches.TryGetValue(node, out var match))
                writer.Replace(node, match);
            else if (SumOfRows(node) is { } rows && summed.TryGetValue(rows, out var by) && writer.Has(by.Indices))
                writer.Put(node, new SumOp([0], false, rows.Spec.DType), [rows.Spec.Shape[-1]], writer.Sums(node, by));
            else
                writer.Keep(node);
        }
        return DeadCode.Remove(writer.Finish());
    }

    private static Match? Find(GraphNode node)
    {
        if (node.Outputs.Count != 1 || node.Outputs[0].Spec.DType is not (DType.Float32 or DType.Float64) || node.Outputs[0].Spec.Shape.Count == 0)
            return null;
        switch (node.Primitive)
        {
            case MatMulOp or LinearOp when node.Inputs[1].Spec.Shape.Rank == 2 && Lookup(node.Inputs[0]) is { } lookup:
                return new Match(Form.Lookup, lookup.Inputs[0], lookup.Inputs[1], null, lookup.Inputs[0].Spec.Shape[0]);
            case MatMulOp when node.Inputs[0] is GraphResult { Node: { Primitive: PermuteOp { Axes: [1, 0] } } turned } && node.Inputs[1].Spec.Shape.Rank == 2:
                if (Lookup(turned.Inputs[0]) is { } first)
                    return new Match(Form.TableFirst, first.Inputs[0], first.Inputs[1], Rows(node.Inputs[1]), first.Inputs[0].Spec.Shape[0]);
                if (Lookup(node.Inputs[1]) is { } last)
                    return new Match(Form.TableLast, last.Inputs[0], last.Inputs[1], Rows(turned.Inputs[0]), last.Inputs[0].Spec.Shape[0]);
                return null;
            case IndexScatterOp { IsLookupGradient: true } when node.Inputs.Count == 2 && Rows(node.Inputs[0]) is GraphResult { Node: { Primitive: MatMulOp } product }
                && product.Inputs[1].Spec.Shape.Rank == 2 && Pays(node.Inputs[1], node.Outputs[0].Spec.Shape):
                return new Match(Form.Summed, product.Inputs[1], node.Inputs[1], Rows(product.Inputs[0]), node.Outputs[0].Spec.Shape[0]);
            default:
                return null;
        }
    }

    /// <summary>What looks rows up that a value holds, if there are many of few.</summary>
    private static GraphNode? Lookup(GraphValue value) => Rows(value) is GraphResult { Node: { Primitive: EmbeddingOp } node } && Pays(node.Inputs[1], node.Inputs[0].Spec.Shape) ? node : null;

    private static bool Pays(GraphValue indices, in Shape table) => indices.Spec.Shape.Count >= (long)LeastLookups * table[0] && table[1] >= LeastWidth;

    /// <summary>The same rows before they were given another shape.</summary>
    private static GraphValue Rows(GraphValue value)
    {
        while (value is GraphResult { Node: { Primitive: ReshapeOp } node } && value.Spec.Shape.Rank > 0 && node.Inputs[0].Spec.Shape is var shape && shape.Rank > 0 && shape[-1] == value.Spec.Shape[-1])
            value = node.Inputs[0];
        return value;
    }

    /// <summary>The rows that a node adds up, all of them; null if it does something else.</summary>
    private static GraphValue? SumOfRows(GraphNode node) =>
        node.Primitive is SumOp sum && node.Inputs[0].Spec is var spec && spec.DType == node.Outputs[0].Spec.DType && sum.Axes.Length == spec.Shape.Rank - 1 && !sum.Axes.Contains(spec.Shape.Rank - 1)
            ? Rows(node.Inputs[0]) : null;

    /// <summary>Writes the new graph.</summary>
    private sealed class Writer(GraphRewriter rewrite)
    {
        private readonly Dictionary<(GraphValue Rows, GraphValue Indices, int Count, int Recomputation), GraphValue> _sums = [];
        private readonly HashSet<GraphNode> _done = new(ReferenceEqualityComparer.Instance);

        /// <summary>Whether a value of the old graph is there by now.</summary>
        public bool Has(GraphValue value) => value is not GraphResult result || _done.Contains(result.Node);

        public void Keep(GraphNode node)
        {
            rewrite.Keep(node, rewrite.Inputs(node));
            _done.Add(node);
        }

        public Graph Finish() => rewrite.Finish();

        public void Replace(GraphNode node, Match match)
        {
            GraphValue table = rewrite.Of(match.Table), indices = rewrite.Of(match.Indices);
            if (match.Form == Form.Lookup)
            {
                var product = Add(node, node.Primitive, [match.Count, node.Outputs[0].Spec.Shape[-1]], [table, .. node.Inputs.Skip(1).Select(rewrite.Of)]);
                Put(node, new EmbeddingOp(-1), indices.Spec.Shape.Concat(product.Spec.Shape[1..]), product, indices);
                return;
            }
            var sums = Sums(node, match);
            switch (match.Form)
            {
                case Form.Summed:
                    Put(node, MatMulOp.Instance, node.Outputs[0].Spec.Shape, sums, table);
                    break;
                case Form.TableFirst:
                    Put(node, MatMulOp.Instance, node.Outputs[0].Spec.Shape, Turned(node, table), sums);
                    break;
                default:
                    Put(node, MatMulOp.Instance, node.Outputs[0].Spec.Shape, Turned(node, sums), table);
                    break;
            }
        }

        /// <summary>S.</summary>
        public GraphValue Sums(GraphNode node, Match match)
        {
            var rows = match.Rows!;
            var key = (rows, match.Indices, match.Count, node.Recomputation);
            if (_sums.TryGetValue(key, out var sums))
                return sums;
            int width = rows.Spec.Shape[-1];
            var (from, indices) = (rewrite.Of(rows), rewrite.Of(match.Indices));
            var shape = indices.Spec.Shape.Concat([width]);
            if (from.Spec.Shape != shape)
                from = Add(node, new ReshapeOp(shape), shape, from);
            _sums.Add(key, sums = Add(node, new IndexScatterOp([match.Count, width], 0), [match.Count, width], from, indices));
            return sums;
        }

        /// <summary>Puts an op in the place of a node, its result under the node's shape.</summary>
        public void Put(GraphNode node, Primitive primitive, Shape shape, params ReadOnlySpan<GraphValue> inputs)
        {
            var value = Add(node, primitive, shape, inputs);
            if (shape != node.Outputs[0].Spec.Shape)
                value = Add(node, new ReshapeOp(node.Outputs[0].Spec.Shape), node.Outputs[0].Spec.Shape, value);
            value.Traced = node.Outputs[0].Traced ?? node.Outputs[0];
            rewrite.Replace(node.Outputs[0], value);
            _done.Add(node);
        }

        private GraphResult Turned(GraphNode node, GraphValue matrix) => Add(node, new PermuteOp([1, 0]), [matrix.Spec.Shape[1], matrix.Spec.Shape[0]], matrix);

        private GraphResult Add(GraphNode old, Primitive primitive, Shape shape, params ReadOnlySpan<GraphValue> inputs)
        {
            var node = new GraphNode(primitive, inputs, [old.Outputs[0].Spec with { Shape = shape }], [.. old.Origins]) { IsReassociated = true, Recomputation = old.Recomputation };
            rewrite.Add(node);
            return node.Outputs[0];
        }
    }
}
