using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// Compares the graphs of one function at two sizes of its dynamic axes. They must be the same but for integers in attributes, which are then taken for multiples
/// of the sizes and of their products plus a number, and the shapes of constants that hold one value; of the functions inside control ops the same holds. In graphs to be compiled, numbers may be such multiples or one
/// over them; saved models keep to one axis, the batch, and sizes linear in it.
/// </summary>
internal sealed class BatchUnifier
{
    private readonly Graph _graph, _other;
    private readonly int[] _sizes, _otherSizes;
    private readonly bool _compiles;
    private readonly string _what, _here, _there, _elsewhere;
    private readonly Dictionary<GraphValue, GraphValue> _pairs = new(ReferenceEqualityComparer.Instance);
    private readonly BatchForm _form = new();

    private BatchUnifier(Graph graph, int[] sizes, Graph other, int[] otherSizes, string[]? names)
    {
        (_graph, _sizes, _other, _otherSizes, _compiles) = (graph, sizes, other, otherSizes, names is not null);
        _what = names is null ? "the batch size" : $"the size of {string.Join(" or ", names)}";
        _here = names is null ? $"a batch of {sizes[0]}" : Text(names, sizes);
        _there = names is null ? $"one of {otherSizes[0]}" : Text(names, otherSizes);
        _elsewhere = names is null ? $"a batch of {otherSizes[0]}" : _there;
    }

    /// <summary>What follows from the batch size in <paramref name="graph"/>.</summary>
    /// <exception cref="TraceException">The graphs differ in something else; it says in what.</exception>
    public static BatchForm Unify(Graph graph, int batch, Graph other, int otherBatch) => Unify(graph, [batch], other, [otherBatch], null);

    /// <summary>What follows from the sizes of named axes in <paramref name="graph"/>.</summary>
    /// <exception cref="TraceException">The graphs differ in something else; it says in what.</exception>
    public static BatchForm Unify(Graph graph, int[] sizes, Graph other, int[] otherSizes, string[]? names) =>
        new BatchUnifier(graph, sizes, other, otherSizes, names).Compare();

    /// <summary>A graph worked out for sizes must be the one traced at them.</summary>
    /// <exception cref="TraceException">It is not; says in what they differ.</exception>
    public static void Check(Graph workedOut, Graph traced, int[] sizes, string[]? names = null)
    {
        var unifier = new BatchUnifier(workedOut, sizes, traced, Array.ConvertAll(sizes, s => s + 1), names);
        for (int i = 0; i < traced.Outputs.Count && i < workedOut.Outputs.Count; i++)
        {
            if (workedOut.Outputs[i].Spec != traced.Outputs[i].Spec)
                throw unifier.Differs($"for {unifier._here} it gives {traced.Outputs[i].Spec}, where other sizes suggest {workedOut.Outputs[i].Spec}");
        }
        var differences = unifier.Compare();
        foreach (var node in workedOut.Nodes)
        {
            if (differences.Attributes(node) is { } attributes)
                throw unifier.Differs($"{node.Primitive.DisplayName}: its {attributes.Keys.First()} is not linear in it");
        }
        if (!differences.IsEmpty)
            throw unifier.Differs("a constant or a function in it is not linear in it");
    }

    private BatchForm Compare()
    {
        for (int i = 0; i < _graph.Inputs.Count; i++)
            _pairs.Add(_graph.Inputs[i], _other.Inputs[i]);
        for (int i = 0; i < _graph.Nodes.Count && i < _other.Nodes.Count; i++)
            Compare(_graph.Nodes[i], _other.Nodes[i]);
        if (_graph.Nodes.Count != _other.Nodes.Count || _graph.Outputs.Count != _other.Outputs.Count)
            throw Differs($"it applies {_graph.Nodes.Count} ops to {_here}, {_other.Nodes.Count} to {_there}");
        for (int i = 0; i < _graph.Outputs.Count; i++)
            Pair(_graph.Outputs[i], _other.Outputs[i], "the output");
        return _form;
    }

    private void Compare(GraphNode a, GraphNode b)
    {
        string at = $"{a.Primitive.DisplayName}{(a.Path is null ? "" : $" (at {a.Path})")}{(a.Line is null ? "" : $" called at {a.Line}")}";
        if (a.Primitive.Name != b.Primitive.Name || a.Inputs.Count != b.Inputs.Count || a.Outputs.Count != b.Outputs.Count)
            throw Differs($"{at} becomes {b.Primitive.DisplayName} for {_elsewhere}");
        for (int i = 0; i < a.Inputs.Count; i++)
            Pair(a.Inputs[i], b.Inputs[i], at);
        if (a.Primitive is ControlPrimitive control)
            CompareControl(a, control, (ControlPrimitive)b.Primitive, at);
        else
            CompareAttributes(a, b, at);
        for (int i = 0; i < a.Outputs.Count; i++)
        {
            if (a.Outputs[i].Spec.DType != b.Outputs[i].Spec.DType || a.Outputs[i].Spec.Shape.Rank != b.Outputs[i].Spec.Shape.Rank)
                throw Differs($"{at} gives {a.Outputs[i].Spec} for {_here}, {b.Outputs[i].Spec} for {_there}");
            _pairs.Add(a.Outputs[i], b.Outputs[i]);
        }
    }

    private void CompareAttributes(GraphNode a, GraphNode b, string at)
    {
        var (left, right) = (AttributeRecord.Of(a.Primitive).Entries, AttributeRecord.Of(b.Primitive).Entries);
        for (int i = 0; i < left.Count; i++)
        {
            var (name, value) = left[i];
            if (AttributeRecord.ValuesEqual(value, right[i].Value))
                continue;
            var sizes = Fit(value, right[i].Value)
                ?? throw Differs($"{at}: its {name} is {AttributeRecord.Text(value)} for {_here}, {AttributeRecord.Text(right[i].Value)} for {_there}");
            _form.SetAttribute(a, name, sizes);
        }
    }

    private void CompareControl(GraphNode node, ControlPrimitive a, ControlPrimitive b, string at)
    {
        if (a.Kind != b.Kind || a.Bodies.Length != b.Bodies.Length)
            throw Differs($"{at} is of another kind for {_elsewhere}");
        var names = _compiles ? Array.ConvertAll(_sizes, _ => "") : null;
        var bodies = a.Bodies.Select((body, i) => new BatchUnifier(body.Graph, _sizes, b.Bodies[i].Graph, _otherSizes, names).Compare()).ToArray();
        _form.SetControl(node, bodies, Fit(a.Sizes, b.Sizes) ?? throw Differs($"{at} is of another length for {_elsewhere}"));
    }

    private void Pair(GraphValue a, GraphValue b, string at)
    {
        if (_pairs.TryGetValue(a, out var known))
        {
            if (known != b)
                throw Differs($"{at} reads another value for {_elsewhere}");
            return;
        }
        bool same = (a, b) switch
        {
            (GraphParameter x, GraphParameter y) => x.Parameter == y.Parameter,
            (GraphBuffer x, GraphBuffer y) => x.Name == y.Name,
            (GraphKey x, GraphKey y) => x.Rng == y.Rng,
            (GraphConstant x, GraphConstant y) => SameConstant(x, y, at),
            // The order of ops tells which is which.
            (GraphHost x, GraphHost y) => x.Spec == y.Spec,
            _ => false,
        };
        if (!same)
            throw Differs($"{at} reads another value for {_elsewhere}");
        _pairs.Add(a, b);
    }

    private bool SameConstant(GraphConstant a, GraphConstant b, string at)
    {
        if (TensorBits.Equal(a.Tensor, b.Tensor))
            return true;
        if (a.Spec.DType != b.Spec.DType || !TensorBits.IsUniform(a.Tensor) || !TensorBits.IsUniform(b.Tensor))
            throw Values(a, b, at);
        if (!TensorBits.Equal(TensorBits.First(a.Tensor), TensorBits.First(b.Tensor)))
            _form.SetNumber(a, Number(a, b) ?? throw Values(a, b, at));
        _form.SetConstant(a, Fit(a.Spec.Shape.ToArray(), b.Spec.Shape.ToArray()) ?? throw Differs($"{at} reads a constant of {a.Spec.Shape} for {_here}, {b.Spec.Shape} for {_there}"));
        return true;
    }

    /// <summary>The size, or one over it, that a number is at both places.</summary>
    private ScaledNumber? Number(GraphConstant a, GraphConstant b)
    {
        if (!_compiles || a.Spec.DType.IsComplex)
            return null;
        Tensor first = TensorBits.First(a.Tensor), second = TensorBits.First(b.Tensor);
        double x = first.Item(), y = second.Item();
        foreach (bool inverse in (ReadOnlySpan<bool>)[false, true])
        {
            double left = Math.Round(inverse ? 1 / x : x), right = Math.Round(inverse ? 1 / y : y);
            if (!(Math.Abs(left) < 1L << 53) || !(Math.Abs(right) < 1L << 53) || BatchSize.Fit(_sizes, (long)left, _otherSizes, (long)right) is not { } size)
                continue;
            var number = new ScaledNumber(size, inverse);
            if (TensorBits.Equal(number.At(_sizes, a.Spec.DType), first) && TensorBits.Equal(number.At(_otherSizes, a.Spec.DType), second))
                return number;
        }
        return null;
    }

    private BatchSize[]? Fit(object a, object b)
    {
        long[]? left = Integers(a), right = Integers(b);
        if (left is null || right is null || left.Length != right.Length)
            return null;
        var sizes = new BatchSize[left.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            var fit = _compiles ? BatchSize.Fit(_sizes, left[i], _otherSizes, right[i]) : BatchSize.Fit(_sizes[0], left[i], _otherSizes[0], right[i]);
            if (fit is not { } size)
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

    private TraceException Values(GraphConstant a, GraphConstant b, string at) =>
        Differs($"{at} reads a constant whose values follow from {_what}: {a.Spec} for {_here}, {b.Spec} for {_there}");

    private TraceException Differs(string how) => new($"the function depends on {_what}: {how}");

    private static string Text(string[] names, int[] sizes) => string.Join(", ", names.Select((name, i) => $"{name} {sizes[i]}"));
}
