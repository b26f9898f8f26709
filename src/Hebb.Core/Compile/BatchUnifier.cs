namespace Hebb.Compile;

/// <summary>
/// Compares the graphs of one function at two batch sizes. They must be the same but for integers in attributes, which are then taken for linear in the batch
/// size, and the shapes of constants that hold one value.
/// </summary>
internal sealed class BatchUnifier
{
    private readonly Graph _graph, _other;
    private readonly int _batch, _otherBatch;
    private readonly Dictionary<GraphValue, GraphValue> _pairs = new(ReferenceEqualityComparer.Instance);
    private readonly BatchForm _form = new();

    private BatchUnifier(Graph graph, int batch, Graph other, int otherBatch) => (_graph, _batch, _other, _otherBatch) = (graph, batch, other, otherBatch);

    /// <summary>What follows from the batch size in <paramref name="graph"/>.</summary>
    /// <exception cref="TraceException">The graphs differ in something else; it says in what.</exception>
    public static BatchForm Unify(Graph graph, int batch, Graph other, int otherBatch)
    {
        var unifier = new BatchUnifier(graph, batch, other, otherBatch);
        unifier.Compare();
        return unifier._form;
    }

    private void Compare()
    {
        for (int i = 0; i < _graph.Inputs.Count; i++)
            _pairs.Add(_graph.Inputs[i], _other.Inputs[i]);
        for (int i = 0; i < _graph.Nodes.Count && i < _other.Nodes.Count; i++)
            Compare(_graph.Nodes[i], _other.Nodes[i]);
        if (_graph.Nodes.Count != _other.Nodes.Count || _graph.Outputs.Count != _other.Outputs.Count)
            throw Differs($"it applies {_graph.Nodes.Count} ops to a batch of {_batch}, {_other.Nodes.Count} to one of {_otherBatch}");
        for (int i = 0; i < _graph.Outputs.Count; i++)
            Pair(_graph.Outputs[i], _other.Outputs[i], "the output");
    }

    private void Compare(GraphNode a, GraphNode b)
    {
        string at = $"{a.Primitive.DisplayName}{(a.Path is null ? "" : $" (at {a.Path})")}{(a.Line is null ? "" : $" called at {a.Line}")}";
        if (a.Primitive.Name != b.Primitive.Name || a.Inputs.Count != b.Inputs.Count || a.Outputs.Count != b.Outputs.Count)
            throw Differs($"{at} becomes {b.Primitive.DisplayName} for a batch of {_otherBatch}");
        for (int i = 0; i < a.Inputs.Count; i++)
            Pair(a.Inputs[i], b.Inputs[i], at);
        var (left, right) = (AttributeRecord.Of(a.Primitive).Entries, AttributeRecord.Of(b.Primitive).Entries);
        for (int i = 0; i < left.Count; i++)
        {
            var (name, value) = left[i];
            if (AttributeRecord.ValuesEqual(value, right[i].Value))
                continue;
            var sizes = Fit(value, right[i].Value)
                ?? throw Differs($"{at}: its {name} is {AttributeRecord.Text(value)} for a batch of {_batch}, {AttributeRecord.Text(right[i].Value)} for one of {_otherBatch}");
            _form.SetAttribute(a, name, sizes);
        }
        for (int i = 0; i < a.Outputs.Count; i++)
        {
            if (a.Outputs[i].Spec.DType != b.Outputs[i].Spec.DType || a.Outputs[i].Spec.Shape.Rank != b.Outputs[i].Spec.Shape.Rank)
                throw Differs($"{at} gives {a.Outputs[i].Spec} for a batch of {_batch}, {b.Outputs[i].Spec} for one of {_otherBatch}");
            _pairs.Add(a.Outputs[i], b.Outputs[i]);
        }
    }

    private void Pair(GraphValue a, GraphValue b, string at)
    {
        if (_pairs.TryGetValue(a, out var known))
        {
            if (known != b)
                throw Differs($"{at} reads another value for a batch of {_otherBatch}");
            return;
        }
        bool same = (a, b) switch
        {
            (GraphParameter x, GraphParameter y) => x.Parameter == y.Parameter,
            (GraphBuffer x, GraphBuffer y) => x.Name == y.Name,
            (GraphKey x, GraphKey y) => x.Rng == y.Rng,
            (GraphConstant x, GraphConstant y) => SameConstant(x, y, at),
            _ => false,
        };
        if (!same)
            throw Differs($"{at} reads another value for a batch of {_otherBatch}");
        _pairs.Add(a, b);
    }

    private bool SameConstant(GraphConstant a, GraphConstant b, string at)
    {
        if (TensorBits.Equal(a.Tensor, b.Tensor))
            return true;
        if (a.Spec.DType != b.Spec.DType || !TensorBits.IsUniform(a.Tensor) || !TensorBits.IsUniform(b.Tensor) || !TensorBits.Equal(TensorBits.First(a.Tensor), TensorBits.First(b.Tensor)))
            throw Differs($"{at} reads a constant whose values follow from the batch size: {a.Spec} for a batch of {_batch}, {b.Spec} for one of {_otherBatch}");
        _form.SetConstant(a, Fit(a.Spec.Shape.ToArray(), b.Spec.Shape.ToArray()) ?? throw Differs($"{at} reads a constant of {a.Spec.Shape} for a batch of {_batch}, {b.Spec.Shape} for one of {_otherBatch}"));
        return true;
    }

    private BatchSize[]? Fit(object a, object b)
    {
        long[]? left = Integers(a), right = Integers(b);
        if (left is null || right is null || left.Length != right.Length)
            return null;
        var sizes = new BatchSize[left.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (BatchSize.Fit(_batch, left[i], _otherBatch, right[i]) is not { } size)
                return null;
            sizes[i] = size;
        }
        return sizes;
    }

    private static long[]? Integers(object value) => value switch
    {
        int number => [number],
        long number => [number],
        int[] numbers => Array.ConvertAll(numbers, n => (long)n),
        long[] numbers => numbers,
        _ => null,
    };

    private static TraceException Differs(string how) => new($"the function depends on the batch size: {how}");
}
