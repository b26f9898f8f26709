namespace Hebb.Compile;

/// <summary>
/// A function as a list of primitives: what <see cref="Tracing"/> saw while it ran. Every value is written once, nodes stand in an order in which they can run.
/// Immutable; passes make new graphs.
/// </summary>
public sealed class Graph
{
    private readonly GraphInput[] _inputs;
    private readonly GraphNode[] _nodes;
    private readonly GraphValue[] _outputs;
    private readonly GraphLeaf[] _leaves;
    private readonly ReplayPlan _plan;

    /// <exception cref="HebbException">A node reads a value that no input, leaf or earlier node gives.</exception>
    public Graph(IEnumerable<GraphInput> inputs, IEnumerable<GraphNode> nodes, IEnumerable<GraphValue> outputs)
    {
        (_inputs, _nodes, _outputs) = (Copy(inputs), Copy(nodes), Copy(outputs));
        _plan = new ReplayPlan(_inputs, _nodes, _outputs);
        _leaves = _plan.Leaves;
    }

    /// <summary>What the caller gives.</summary>
    public IReadOnlyList<GraphInput> Inputs => _inputs;

    /// <summary>Parameters, buffers, constants and keys, in the order of their first use.</summary>
    public IReadOnlyList<GraphLeaf> Leaves => _leaves;

    /// <summary>The ops, in an order in which they can run.</summary>
    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>What comes out.</summary>
    public IReadOnlyList<GraphValue> Outputs => _outputs;

    /// <summary>
    /// Applies the ops again, to other tensors. They go through the engine, so that gradients, forward mode and batching work as on the function itself.
    /// Safe from several threads at once. An intermediate is let go after its last use.
    /// </summary>
    /// <exception cref="ShapeException">An input is not of the shape that was traced, or their number differs.</exception>
    /// <exception cref="DTypeException">An input is not of the type that was traced.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != _inputs.Length)
            throw new ShapeException($"the graph takes {_inputs.Length} tensors, not {inputs.Length}");
        for (int i = 0; i < inputs.Length; i++)
        {
            var expected = _inputs[i];
            if (inputs[i].Shape != expected.Spec.Shape)
                throw new ShapeException($"{expected.Name} is {inputs[i].Shape}, the graph takes {expected.Spec.Shape}");
            if (inputs[i].DType != expected.Spec.DType)
                throw new DTypeException($"{expected.Name} is {inputs[i].DType.Name}, the graph takes {expected.Spec.DType.Name}");
        }
        return _plan.Run(inputs);
    }

    /// <summary>Applies the ops with other tensors in the places of inputs and leaves, of their shapes and types.</summary>
    internal Tensor[] Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> leaves) => _plan.Run(inputs, leaves);

    private static T[] Copy<T>(IEnumerable<T> items)
    {
        if (items is not ICollection<T> known)
            return [.. items];
        var copy = new T[known.Count];
        known.CopyTo(copy, 0);
        return copy;
    }

    /// <summary>A listing, one op a line.</summary>
    public override string ToString() => GraphPrinter.Print(this);
}
