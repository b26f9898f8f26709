using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Reads a graph backwards from a value: what made it, whether anybody else reads it, the numbers that are constants.</summary>
/// <param name="graph">The graph.</param>
/// <param name="guards">Gets the constants that were read.</param>
internal sealed class PatternReader(Graph graph, List<VersionGuard> guards)
{
    private readonly Dictionary<GraphValue, int> _readers = Readers.Count(graph);

    /// <summary>How many read a value.</summary>
    public int ReadersOf(GraphValue value) => _readers.GetValueOrDefault(value);

    /// <summary>The node that makes a value, if it is of that op; null otherwise.</summary>
    public static GraphNode? By<T>(GraphValue value) where T : Primitive => value is GraphResult { Node: { Primitive: T } node } ? node : null;

    /// <summary>The same, if nobody but the asker reads the value.</summary>
    public GraphNode? Only<T>(GraphValue value) where T : Primitive => ReadersOf(value) == 1 ? By<T>(value) : null;

    /// <summary>A number that never changes; null where a value is none.</summary>
    public double? Number(GraphValue value)
    {
        if (value is not GraphConstant { Changes: false, Tensor: { Count: 1, HasStorage: true } tensor } || !tensor.DType.IsFloat || tensor.Storage.IsExposed)
            return null;
        guards.Add(new VersionGuard(tensor.Storage));
        return tensor.Item();
    }

    /// <summary>The operand of a node beside a number, and the number, in either order.</summary>
    public (GraphValue Value, double Number)? WithNumber(GraphNode node) =>
        Number(node.Inputs[1]) is { } second ? (node.Inputs[0], second) : Number(node.Inputs[0]) is { } first ? (node.Inputs[1], first) : null;

    /// <summary>A product taken apart: its numbers multiplied, powers of two and three as that many factors.</summary>
    public (double Number, List<GraphValue> Factors) Product(GraphNode product)
    {
        double number = 1;
        List<GraphValue> factors = [];
        Open(product);
        return (number, factors);

        void Take(GraphValue value)
        {
            if (Number(value) is { } constant)
                number *= constant;
            else if (ReadersOf(value) == 1 && value is GraphResult { Node: { Primitive: Binary<Mul> or Binary<Div> or Binary<Pow> or Unary<Square> } inner } && inner.Outputs[0].Spec.Shape == product.Outputs[0].Spec.Shape)
                Open(inner);
            else
                factors.Add(value);
        }

        void Open(GraphNode node)
        {
            switch (node.Primitive)
            {
                case Binary<Mul>:
                    Take(node.Inputs[0]);
                    Take(node.Inputs[1]);
                    break;
                case Binary<Div> when Number(node.Inputs[1]) is { } divisor:
                    Take(node.Inputs[0]);
                    number /= divisor;
                    break;
                case Binary<Pow> when Number(node.Inputs[1]) is 2 or 3:
                    for (int i = 0; i < (int)Number(node.Inputs[1])!.Value; i++)
                        factors.Add(node.Inputs[0]);
                    break;
                case Unary<Square>:
                    factors.Add(node.Inputs[0]);
                    factors.Add(node.Inputs[0]);
                    break;
                default:
                    factors.Add(node.Outputs[0]);
                    break;
            }
        }
    }
}
