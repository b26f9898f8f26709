using Hebb.Compile;
using Hebb.Onnx.Proto;
using Hebb.Transforms;

namespace Hebb.Onnx.Export;

/// <summary>Writes one graph, the main one or a function of a control op, as nodes.</summary>
internal sealed class GraphEmitter
{
    private readonly Dictionary<GraphValue, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, GraphValue> _others = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, HebbException> _failed = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, Tensor> _values = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<GraphValue> _static = new(ReferenceEqualityComparer.Instance), _folded = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, int> _readers = new(ReferenceEqualityComparer.Instance);
    private readonly Graph _graph;

    /// <param name="model">The file.</param>
    /// <param name="nodes">Where nodes go.</param>
    /// <param name="graph">The graph.</param>
    /// <param name="other">The same at other sizes.</param>
    /// <param name="form">What in it follows from the sizes.</param>
    /// <param name="inputs">The names of its inputs.</param>
    public GraphEmitter(ExportModel model, List<NodeProto> nodes, Graph graph, Graph other, BatchForm form, ReadOnlySpan<string> inputs)
    {
        (Model, Nodes, _graph, Form) = (model, nodes, graph, form);
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            _names.Add(graph.Inputs[i], inputs[i]);
            _others.Add(graph.Inputs[i], other.Inputs[i]);
        }
        foreach (var (leaf, twin) in graph.Leaves.Zip(other.Leaves))
        {
            _others.Add(leaf, twin);
            if (leaf is GraphSource || (leaf is GraphConstant constant && (form.Constant(constant) ?? (object?)form.Number(constant)) is not null))
                continue;
            _static.Add(leaf);
            if (leaf is GraphConstant)
                _folded.Add(leaf);
        }
        foreach (var (node, twin) in graph.Nodes.Zip(other.Nodes))
        {
            for (int i = 0; i < node.Outputs.Count; i++)
                _others.Add(node.Outputs[i], twin.Outputs[i]);
            foreach (var input in node.Inputs)
                _readers[input] = _readers.GetValueOrDefault(input) + 1;
            if (node.Primitive is ControlPrimitive || node.Inputs.Count == 0 || form.Attributes(node) is not null || !node.Inputs.All(_static.Contains))
                continue;
            bool constant = node.Inputs.All(_folded.Contains);
            foreach (var output in node.Outputs)
            {
                _static.Add(output);
                if (constant)
                    _folded.Add(output);
            }
        }
        foreach (var output in graph.Outputs)
            _readers[output] = _readers.GetValueOrDefault(output) + 1;
    }

    public ExportModel Model { get; }

    public List<NodeProto> Nodes { get; }

    public BatchForm Form { get; }

    /// <summary>Writes all nodes that do not follow from weights alone; those are written when they are asked for.</summary>
    public string[] Emit()
    {
        foreach (var node in _graph.Nodes)
        {
            if (!_static.Contains(node.Outputs[0]))
                Emit(node, Nodes);
        }
        return [.. _graph.Outputs.Select(Name)];
    }

    private void Emit(GraphNode node, List<NodeProto> into)
    {
        try
        {
            string name = node.Primitive.Name;
            if (node.Inputs.Any(x => x.Spec.DType.IsComplex) || node.Outputs.Any(y => y.Spec.DType.IsComplex))
                SpectralExports.RequireComplex(name);
            var write = ExportTable.Writer(name) ?? throw new ExportException($"ONNX has no operator for it{(ExportTable.Reason(name) is { } reason ? $": {reason}" : "")}");
            write(new NodeExport(this, node, into));
        }
        catch (HebbException e)
        {
            // Only where somebody asks for the value: what a key leads to is often not wanted.
            var failure = e is ExportException { IsNamed: true } ? e : ExportException.Of(node, e);
            foreach (var output in node.Outputs)
                _failed.TryAdd(output, failure);
        }
    }

    /// <summary>The name of a value; writes what it follows from, where that is weights alone.</summary>
    public string Name(GraphValue value)
    {
        if (_names.TryGetValue(value, out string? name))
            return name;
        if (_failed.TryGetValue(value, out var failure))
            throw failure;
        if (value is GraphLeaf leaf)
            return _names[value] = Leaf(leaf);
        if (_folded.Contains(value) && Value(value) is var tensor && (tensor.Count <= 1 << 16 || tensor.Count <= ((GraphResult)value).Node.Inputs.Sum(i => i.Spec.Shape.Count)))
            return _names[value] = Model.Constant(tensor);
        if (_static.Contains(value))
            Emit(((GraphResult)value).Node, Model.Prologue);
        return _names.TryGetValue(value, out name) ? name : throw (_failed.TryGetValue(value, out failure) ? failure : new ExportException("a value is read before it is written"));
    }

    private string Leaf(GraphLeaf leaf)
    {
        if (leaf is not GraphConstant constant || _static.Contains(leaf))
            return Model.Leaf(leaf);
        var dtype = constant.Spec.DType;
        string value;
        if (Form.Number(constant) is { } number)
        {
            string size = Model.Node(Model.Prologue, "", "Squeeze", 1, [Model.Size(number.Size), Model.Longs(0)])[0];
            value = Model.Node(Model.Prologue, "", "Cast", 1, [size], ("to", ElementType.NumberOf(dtype)))[0];
            if (number.Inverse)
                value = Model.Node(Model.Prologue, "", "Reciprocal", 1, [value])[0];
        }
        else
        {
            value = Model.Constant(TensorBits.First(constant.Tensor));
        }
        return constant.Spec.Shape.Rank == 0 ? value : Model.Node(Model.Prologue, "", "Expand", 1, [value, Model.Sizes(Form.Constant(constant)!)])[0];
    }

    public void Define(GraphValue value, string name) => _names[value] = name;

    /// <summary>Whether a value follows from weights and constants alone.</summary>
    public bool IsStatic(GraphValue value) => _static.Contains(value);

    /// <summary>The tensor that a value which follows from weights and constants alone is now.</summary>
    public Tensor Value(GraphValue value)
    {
        if (_values.TryGetValue(value, out var known))
            return known;
        if (value is GraphLeaf leaf)
            return _values[value] = leaf.Read().Detach();
        var node = ((GraphResult)value).Node;
        var outputs = Engine.ApplyAll(node.Primitive, [.. node.Inputs.Select(Value)]);
        for (int i = 0; i < outputs.Length; i++)
            _values[node.Outputs[i]] = TensorScope.Escape(outputs[i]);
        return _values[value];
    }

    /// <summary>How many inputs of nodes, and outputs of the graph, a value is.</summary>
    public int Readers(GraphValue value) => _readers.GetValueOrDefault(value);

    /// <summary>The sizes of a value.</summary>
    public BatchSize[] Sizes(GraphValue value) => [.. value.Spec.Shape.Dims.ToArray().Zip(_others[value].Spec.Shape.Dims.ToArray(), Model.Fit)];

    /// <summary>The control op of a node at other sizes.</summary>
    public ControlPrimitive Twin(GraphNode node) => (ControlPrimitive)((GraphResult)_others[node.Outputs[0]]).Node.Primitive;
}
