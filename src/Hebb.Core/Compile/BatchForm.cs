using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>What of a graph follows from the batch size: elements of attributes, and the shapes of constants that hold one value everywhere.</summary>
public sealed class BatchForm
{
    private readonly Dictionary<GraphNode, Dictionary<string, BatchSize[]>> _attributes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphConstant, BatchSize[]> _constants = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphConstant, ScaledNumber> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphNode, ControlForm> _control = new(ReferenceEqualityComparer.Instance);

    /// <summary>The attributes of a node that follow from the batch size; null if none does.</summary>
    public IReadOnlyDictionary<string, BatchSize[]>? Attributes(GraphNode node) => _attributes.GetValueOrDefault(node);

    /// <summary>The sizes of a constant that follows from the batch size; null if it does not.</summary>
    public IReadOnlyList<BatchSize>? Constant(GraphConstant constant) => _constants.GetValueOrDefault(constant);

    /// <summary>The value of a constant that follows too; null if it does not.</summary>
    internal ScaledNumber? Number(GraphConstant constant) => _numbers.GetValueOrDefault(constant);

    /// <summary>Makes an attribute follow from the batch size: one size for a number, one each for an array.</summary>
    public void SetAttribute(GraphNode node, string name, BatchSize[] sizes)
    {
        if (!_attributes.TryGetValue(node, out var attributes))
            _attributes.Add(node, attributes = []);
        attributes[name] = sizes;
    }

    /// <summary>Makes the shape of a constant follow from the batch size. All its elements must be the same.</summary>
    public void SetConstant(GraphConstant constant, BatchSize[] sizes) => _constants[constant] = sizes;

    /// <summary>Makes the value of a constant follow too.</summary>
    internal void SetNumber(GraphConstant constant, ScaledNumber number) => _numbers[constant] = number;

    /// <summary>Makes the functions of a control op follow, and its own sizes.</summary>
    internal void SetControl(GraphNode node, BatchForm[] bodies, BatchSize[] sizes) => _control[node] = new ControlForm(bodies, sizes);

    /// <summary>What follows in the functions of a control op, and of its own sizes; null if there is nothing of the kind.</summary>
    internal ControlForm? Control(GraphNode node) => _control.GetValueOrDefault(node);

    /// <summary>Whether anything follows beside sizes that are linear in one axis: what tells a graph worked out from one traced.</summary>
    internal bool IsEmpty => _attributes.Count + _constants.Count == 0 && _control.Values.All(c => Array.TrueForAll(c.Bodies, b => b.IsEmpty) && Array.TrueForAll(c.Sizes, s => s.Scale == 0));

    /// <summary>The graph at other sizes.</summary>
    /// <param name="example">The graph that this form is of.</param>
    /// <param name="inputs">Shapes and types of its inputs there.</param>
    /// <param name="sizes">The dynamic sizes.</param>
    /// <param name="infer">What an op gives for inputs; by default what it infers.</param>
    /// <exception cref="ShapeException">An op does not take these sizes.</exception>
    internal Graph Build(Graph example, ReadOnlySpan<TensorSpec> inputs, int[] sizes, Func<Primitive, TensorSpec[], GraphNode, TensorSpec[]>? infer = null)
    {
        var values = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = example.Inputs[i];
            values.Add(input, inputs[i] == input.Spec ? input : new GraphInput(input.Name, inputs[i]));
        }
        foreach (var leaf in example.Leaves)
            values.Add(leaf, leaf is GraphConstant constant && _constants.TryGetValue(constant, out var shape) ? new GraphConstant(Make(constant, shape, sizes)) : leaf);
        var nodes = new List<GraphNode>(example.Nodes.Count);
        foreach (var node in example.Nodes)
        {
            var read = new GraphValue[node.Inputs.Count];
            for (int i = 0; i < read.Length; i++)
                read[i] = values[node.Inputs[i]];
            TensorSpec[] specs = Array.ConvertAll(read, v => v.Spec), outputs;
            var primitive = Primitive(node, specs, sizes, infer);
            if (infer is not null)
                outputs = infer(primitive, specs, node);
            else
                primitive.Infer(specs, outputs = new TensorSpec[node.Outputs.Count]);
            var next = new GraphNode(primitive, read, outputs, node.Path, node.Line) { Recomputation = node.Recomputation };
            for (int i = 0; i < outputs.Length; i++)
                values.Add(node.Outputs[i], next.Outputs[i]);
            nodes.Add(next);
        }
        var made = new GraphInput[example.Inputs.Count];
        for (int i = 0; i < made.Length; i++)
            made[i] = (GraphInput)values[example.Inputs[i]];
        var results = new GraphValue[example.Outputs.Count];
        for (int i = 0; i < results.Length; i++)
            results[i] = values[example.Outputs[i]];
        return new Graph(made, nodes, results);
    }

    private Tensor Make(GraphConstant constant, BatchSize[] shape, int[] sizes)
    {
        var first = _numbers.TryGetValue(constant, out var number) ? number.At(sizes, constant.Spec.DType) : TensorBits.First(constant.Tensor);
        return TensorBits.Fill(first, Array.ConvertAll(shape, s => s.At(sizes)));
    }

    private Primitive Primitive(GraphNode node, TensorSpec[] inputs, int[] sizes, Func<Primitive, TensorSpec[], GraphNode, TensorSpec[]>? infer)
    {
        if (!_control.TryGetValue(node, out var control))
            return Primitive(node, sizes);
        var op = (ControlPrimitive)node.Primitive;
        var specs = op.BodyInputs(inputs);
        return op.With([.. op.Bodies.Select((body, i) => body.With(graph => control.Bodies[i].Build(graph, specs, sizes, infer)))], Array.ConvertAll(control.Sizes, s => s.At(sizes)));
    }

    /// <summary>A node's op for a batch size.</summary>
    public Primitive Primitive(GraphNode node, int batch) => Primitive(node, [batch]);

    private Primitive Primitive(GraphNode node, int[] batch)
    {
        if (Attributes(node) is not { } sizes)
            return node.Primitive;
        return AttributeRecord.Of(node.Primitive).With((name, value) => sizes.TryGetValue(name, out var at) ? Value(value, at, batch) : value).Create(node.Primitive.Name);
    }

    private static object Value(object kind, BatchSize[] sizes, int[] batch) => kind switch
    {
        int => sizes[0].At(batch),
        long => (long)sizes[0].At(batch),
        long[] => Array.ConvertAll(sizes, s => (long)s.At(batch)),
        _ => Array.ConvertAll(sizes, s => s.At(batch)),
    };
}

/// <summary>What follows in the functions of a control op, and of its own sizes.</summary>
internal sealed record ControlForm(BatchForm[] Bodies, BatchSize[] Sizes);

/// <summary>A number that follows from sizes, or one over it: what a mean divides by.</summary>
internal sealed record ScaledNumber(BatchSize Size, bool Inverse)
{
    public Tensor At(int[] sizes, DType dtype) => Tensor.Full([], Inverse ? 1.0 / Size.At(sizes) : Size.At(sizes), dtype);
}
