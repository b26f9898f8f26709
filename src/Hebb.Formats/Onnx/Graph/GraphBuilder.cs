using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Turns the messages of a graph into an <see cref="OnnxGraph"/>: names become slots, operators are looked up, attributes are read.</summary>
internal sealed class GraphBuilder
{
    private const int MaxDepth = 64;

    private readonly ModelContext _model;
    private readonly GraphBuilder? _outer;
    private readonly IReadOnlyDictionary<string, int> _opsets;
    private readonly int _depth;
    private readonly Dictionary<string, int> _slots = [];
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<int, int> _lastReader = [];
    private readonly List<OnnxNode> _nodes = [];

    private GraphBuilder(ModelContext model, GraphBuilder? outer, IReadOnlyDictionary<string, int> opsets)
    {
        (_model, _outer, _opsets, _depth) = (model, outer, opsets, outer is null ? 0 : outer._depth + 1);
        if (_depth > MaxDepth)
            throw new FormatException("its graphs are nested too deeply");
    }

    /// <summary>The main graph.</summary>
    public static OnnxGraph Build(ModelContext model, GraphProto graph, IReadOnlyDictionary<string, int> opsets) => new GraphBuilder(model, null, opsets).Build(graph);

    /// <summary>The body of a function.</summary>
    public static OnnxGraph Build(ModelContext model, FunctionProto function, IReadOnlyDictionary<string, int> opsets)
    {
        var builder = new GraphBuilder(model, null, opsets);
        var inputs = function.Input.Select(name => new GraphPort(name, new ValueRef(0, builder.Define(name)), null)).ToList();
        builder.AddNodes(function.Node);
        return builder.Finish(function.Name, inputs, [], [.. function.Output.Select(name => builder.Output(name, null))], []);
    }

    private OnnxGraph Build(GraphProto graph)
    {
        var initial = new List<(int, InitialValue)>();
        var given = new HashSet<string>();
        foreach (var proto in graph.Initializer)
        {
            given.Add(proto.Name);
            initial.Add((Define(proto.Name), _model.Initial(proto.Name, TensorReader.Read(proto, _model.External), graph, isMain: _outer is null)));
        }
        foreach (var sparse in graph.SparseInitializer)
        {
            string name = sparse.Values?.Name ?? "";
            given.Add(name);
            initial.Add((Define(name), _model.Initial(name, SparseReader.Read(sparse, _model.External), graph, isMain: _outer is null)));
        }
        List<GraphPort> inputs = [], defaulted = [];
        foreach (var input in graph.Input)
        {
            bool isGiven = given.Contains(input.Name);
            var port = new GraphPort(input.Name, new ValueRef(0, isGiven && _slots.TryGetValue(input.Name, out int slot) ? slot : Define(input.Name)), input.Type, inputs.Count + defaulted.Count);
            (isGiven ? defaulted : inputs).Add(port);
        }
        AddNodes(graph.Node);
        return Finish(graph.Name, inputs, defaulted, [.. graph.Output.Select(o => Output(o.Name, o.Type))], initial);
    }

    private GraphPort Output(string name, TypeProto? type) => new(name, Find(name) ?? throw new FormatException($"no node gives the output '{name}'"), type);

    private OnnxGraph Finish(string name, List<GraphPort> inputs, List<GraphPort> defaulted, List<GraphPort> outputs, List<(int, InitialValue)> initial)
    {
        bool keepsAll = _nodes.Exists(n => n.Domain == OperatorTable.Training && n.OpType == "Gradient");
        if (!keepsAll)
        {
            foreach (var output in outputs.Where(o => o.Slot.Depth == 0))
                _lastReader[output.Slot.Slot] = int.MaxValue;
            foreach (var group in _lastReader.Where(r => r.Value != int.MaxValue).GroupBy(r => r.Value, r => r.Key))
                _nodes[group.Key].Dead = [.. group];
        }
        return new OnnxGraph { Name = name, Inputs = inputs, DefaultedInputs = defaulted, Outputs = outputs, Nodes = _nodes, Initial = initial, Slots = _slots, KeepsAll = keepsAll };
    }

    private int Define(string name)
    {
        if (!_known.Add(name))
            throw new FormatException($"the value '{name}' is made twice");
        int slot = _slots.Count;
        // Nobody can read a value without a name; the slot only takes it.
        _slots.Add(name.Length == 0 ? $"\0{slot}" : name, slot);
        return slot;
    }

    private ValueRef? Find(string name)
    {
        int depth = 0;
        for (var builder = this; builder is not null; builder = builder._outer, depth++)
        {
            if (builder._slots.TryGetValue(name, out int slot))
            {
                builder._lastReader[slot] = builder._nodes.Count;
                return new ValueRef(depth, slot);
            }
        }
        return null;
    }

    private void AddNodes(IEnumerable<NodeProto> nodes)
    {
        foreach (var node in nodes)
        {
            try
            {
                AddNode(node);
            }
            catch (FormatException e) when (!e.Message.StartsWith("node ", StringComparison.Ordinal))
            {
                throw new FormatException($"node {_nodes.Count} ({(node.Name.Length == 0 ? "" : node.Name + ", ")}{node.OpType}): {e.Message}", e);
            }
        }
    }

    private void AddNode(NodeProto proto)
    {
        string domain = proto.Domain == "ai.onnx" ? "" : proto.Domain;
        var attributes = new Dictionary<string, OnnxAttribute>();
        foreach (var attribute in proto.Attribute)
            attributes[attribute.Name] = AttributeReader.Read(attribute, _model.External, graph => new GraphBuilder(_model, this, _opsets).Build(graph));
        var inputs = proto.Input.Select(name => name.Length == 0 ? ValueRef.None : Find(name) ?? throw new FormatException($"no node gives its input '{name}'")).ToArray();
        var function = _model.Functions.GetValueOrDefault((domain, proto.OpType, proto.Overload));
        int version = _opsets.GetValueOrDefault(domain, function is null ? 0 : 1);
        if (version == 0)
            throw new FormatException($"the model imports no operator set '{(domain.Length == 0 ? "ai.onnx" : domain)}'");
        var body = function is null ? OperatorTable.Find(domain, proto.OpType, version) : null;
        _nodes.Add(new OnnxNode
        {
            Domain = domain,
            OpType = proto.OpType,
            Name = proto.Name,
            Version = version,
            Inputs = inputs,
            Outputs = [.. proto.Output.Select(name => name.Length == 0 ? -1 : Define(name))],
            Attributes = attributes,
            Body = body,
            Function = function,
        });
    }
}
