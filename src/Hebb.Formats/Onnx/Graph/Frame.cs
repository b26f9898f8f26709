namespace Hebb.Onnx;

/// <summary>The values of a graph while it runs.</summary>
internal sealed class Frame
{
    private const int MaxDepth = 200;

    private readonly int _depth;
    private readonly bool _traces = TracedControl.IsOn;

    public Frame(OnnxGraph graph, Frame? outer, IReadOnlyDictionary<string, (OnnxAttribute Attribute, Frame Frame)>? attributes = null, int? depth = null)
    {
        Graph = graph;
        Outer = outer;
        Attributes = attributes ?? outer?.Attributes;
        _depth = depth ?? (outer is null ? 0 : outer._depth + 1);
        if (_depth > MaxDepth)
            throw new FormatException("functions or graphs call each other without end");
        Values = new OnnxValue?[graph.SlotCount];
        foreach (var (slot, value) in graph.Initial)
            Values[slot] = _traces && value is not InitialParameter ? KnownSizes.Mark(value.Get()) : value.Get();
    }

    public OnnxGraph Graph { get; }

    public Frame? Outer { get; }

    /// <summary>Attributes of the call of the function that the graph is in, with the frame that the call was made in.</summary>
    public IReadOnlyDictionary<string, (OnnxAttribute Attribute, Frame Frame)>? Attributes { get; }

    public OnnxValue?[] Values { get; }

    public OnnxValue? this[ValueRef at]
    {
        get
        {
            if (at.IsNone)
                return null;
            var frame = this;
            for (int i = 0; i < at.Depth; i++)
                frame = frame.Outer!;
            return frame.Values[at.Slot];
        }
    }

    /// <summary>Runs a graph inside this one.</summary>
    /// <param name="graph">The graph, whose outer values stand in this frame.</param>
    /// <param name="inputs">One value an input; null for what is left out.</param>
    public OnnxValue?[] Call(OnnxGraph graph, params ReadOnlySpan<OnnxValue?> inputs)
    {
        if (inputs.Length > graph.Inputs.Count)
            throw new FormatException($"the graph '{graph.Name}' takes {graph.Inputs.Count} inputs, not {inputs.Length}");
        var inner = new Frame(graph, this);
        for (int i = 0; i < inputs.Length; i++)
            inner.Values[graph.Inputs[i].Slot.Slot] = inputs[i];
        return inner.Run();
    }

    /// <summary>Runs all nodes and gives the outputs.</summary>
    public OnnxValue?[] Run()
    {
        foreach (var node in Graph.Nodes)
        {
            Step(node);
            foreach (int slot in node.Dead)
                Values[slot] = null;
        }
        var outputs = new OnnxValue?[Graph.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = this[Graph.Outputs[i].Slot];
        return outputs;
    }

    /// <summary>Runs one node.</summary>
    public void Step(OnnxNode node)
    {
        OnnxValue?[] outputs;
        bool known = _traces && KnownSizes.Give(node, this);
        try
        {
            outputs = node.Function is { } function ? Call(function, node) : known ? KnownSizes.Run(node, this) : node.Body!(new NodeCall(node, this));
        }
        catch (HebbException e) when (Name(e, node))
        {
            throw;
        }
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i] < 0)
                continue;
            if (i >= outputs.Length)
                throw new FormatException($"{node.OpType} has {outputs.Length} outputs, output {i + 1} is asked for") { At = node.Describe() };
            Values[node.Outputs[i]] = known ? KnownSizes.Mark(outputs[i]) : outputs[i];
        }
    }

    private OnnxValue?[] Call(OnnxFunction function, OnnxNode node)
    {
        var attributes = new Dictionary<string, (OnnxAttribute, Frame)>();
        foreach (var (name, value) in function.Defaults)
            attributes[name] = (value, this);
        foreach (var (name, value) in node.Attributes)
        {
            if (value.Reference is null)
                attributes[name] = (value, this);
            else if (Attributes?.TryGetValue(value.Reference, out var passed) == true)
                attributes[name] = passed;
        }
        var graph = function.Graph!;
        if (node.Inputs.Length > graph.Inputs.Count)
            throw new FormatException($"the function {function.Name} takes {graph.Inputs.Count} inputs, not {node.Inputs.Length}");
        var inner = new Frame(graph, null, attributes, _depth + 1);
        for (int i = 0; i < node.Inputs.Length; i++)
            inner.Values[graph.Inputs[i].Slot.Slot] = this[node.Inputs[i]];
        return inner.Run();
    }

    private static bool Name(HebbException e, OnnxNode node)
    {
        e.At ??= node.Describe();
        return false;
    }
}
