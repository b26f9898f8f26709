using System.Globalization;
using System.Text;
using Google.Protobuf;
using Hebb.Compile;
using Hebb.Onnx.Proto;
using AttributeType = Hebb.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Hebb.Onnx.Export;

/// <summary>What the graphs of one file share: names, weights, constants, and the sizes that follow from dynamic axes.</summary>
internal sealed class ExportModel
{
    /// <summary>Constants over this many bytes are initialisers, which can lie in a file of their own.</summary>
    private const long LargeConstant = 1 << 20;

    /// <summary>Marks a size that follows from the dynamic axes in another way, such as a sum of two; it then holds the sizes at both places of the trace.</summary>
    private const ulong Unknown = ulong.MaxValue;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _derived = new(StringComparer.Ordinal);
    private readonly Dictionary<Parameter, string> _parameters = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, string> _buffers = new(ReferenceEqualityComparer.Instance);
    private readonly OrderedDictionary<string, Tensor> _initializers = [];
    private readonly Dictionary<string, int> _stems = new(StringComparer.Ordinal);
    private readonly ExportTrace _trace;

    public ExportModel(ExportTrace trace, int opset)
    {
        (_trace, Opset) = (trace, opset);
        foreach (var input in trace.Graph.Inputs)
            _names.Add(input.Name);
        // Weights have their names before anything else.
        foreach (var leaf in trace.Graph.Leaves)
        {
            if (leaf is GraphParameter parameter)
                _names.Add(parameter.Name);
            else if (leaf is GraphBuffer buffer)
                _names.Add(buffer.Name);
        }
    }

    public int Opset { get; }

    /// <summary>Nodes that come before all others: constants, sizes, and what follows from weights alone.</summary>
    public List<NodeProto> Prologue { get; } = [];

    /// <summary>Weights and large constants.</summary>
    public OrderedDictionary<string, Tensor> Initializers => _initializers;

    /// <summary>A name that nothing else has.</summary>
    public string Unique(string stem)
    {
        string name = stem;
        int count = _stems.GetValueOrDefault(stem);
        while (!_names.Add(name))
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{++count}");
        _stems[stem] = count;
        return name;
    }

    /// <summary>Adds a node and gives the names of its outputs.</summary>
    public string[] Node(List<NodeProto> into, string stem, string op, int outputs, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        string name = Unique(stem.Length == 0 ? op : $"{stem}/{op}");
        var node = new NodeProto { OpType = op, Name = name };
        // Inputs left out at the end are not written at all.
        int count = inputs.Length;
        while (count > 0 && inputs[count - 1].Length == 0)
            count--;
        node.Input.Add(inputs.AsSpan(0, count).ToArray());
        var results = new string[outputs];
        for (int i = 0; i < outputs; i++)
            results[i] = i == 0 ? Unique($"{name}:0") : Unique(string.Create(CultureInfo.InvariantCulture, $"{name}:{i}"));
        node.Output.Add(results);
        foreach (var (key, value) in attributes)
            node.Attribute.Add(Attribute(key, value));
        into.Add(node);
        return results;
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case bool flag:
                (attribute.Type, attribute.I) = (AttributeType.Int, flag ? 1 : 0);
                break;
            case int number:
                (attribute.Type, attribute.I) = (AttributeType.Int, number);
                break;
            case long number:
                (attribute.Type, attribute.I) = (AttributeType.Int, number);
                break;
            case double number:
                (attribute.Type, attribute.F) = (AttributeType.Float, (float)number);
                break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case int[] numbers:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(numbers.Select(n => (long)n));
                break;
            case string[] texts:
                attribute.Type = AttributeType.Strings;
                attribute.Strings.Add(texts.Select(ByteString.CopyFromUtf8));
                break;
            case GraphProto graph:
                (attribute.Type, attribute.G) = (AttributeType.Graph, graph);
                break;
            case TensorProto tensor:
                (attribute.Type, attribute.T) = (AttributeType.Tensor, tensor);
                break;
            default:
                throw new ExportException($"an attribute '{name}' of {value.GetType().Name}");
        }
        return attribute;
    }

    /// <summary>A parameter, buffer or constant.</summary>
    public string Leaf(GraphLeaf leaf)
    {
        switch (leaf)
        {
            case GraphParameter parameter:
                if (!_parameters.TryGetValue(parameter.Parameter, out string? name))
                    _parameters.Add(parameter.Parameter, name = State(parameter.Name, parameter.Read()));
                return name;
            case GraphBuffer buffer:
                if (!_buffers.TryGetValue(buffer.Read(), out name))
                    _buffers.Add(buffer.Read(), name = State(buffer.Name, buffer.Read()));
                return name;
            case GraphConstant constant:
                return Constant(constant.Tensor);
            default:
                throw new ExportException("the model draws random numbers from a key that it also passes on, which ONNX can't");
        }
    }

    private string State(string name, Tensor value)
    {
        if (_initializers.ContainsKey(name) || _trace.Graph.Inputs.Any(i => i.Name == name))
            name = Unique(name);
        _initializers.Add(name, value);
        return name;
    }

    /// <summary>A weight in another form, under a name that tells whose.</summary>
    public string Weight(string stem, Tensor value)
    {
        string name = Unique(stem);
        _initializers.Add(name, TensorScope.Escape(value));
        return name;
    }

    /// <summary>A constant; the same one for the same bits.</summary>
    public string Constant(Tensor value)
    {
        value = value.Detach().Contiguous();
        if (value.DType.BytesFor(value.Count) > LargeConstant)
            return Weight("constant", value);
        var proto = TensorWriter.Write("", value);
        string key = $"{proto.DataType} {value.Shape} {Convert.ToBase64String(proto.RawData.Span)}";
        if (!_constants.TryGetValue(key, out string? name))
            _constants.Add(key, name = Node(Prologue, "", "Constant", 1, [], ("value", proto))[0]);
        return name;
    }

    /// <summary>A matrix of weights, turned; once for all that read it.</summary>
    public string Transposed(string weight)
    {
        string key = $"transposed {weight}";
        if (!_derived.TryGetValue(key, out string? name))
            _derived.Add(key, name = Node(Prologue, "", "Transpose", 1, [weight], ("perm", new[] { 1, 0 }))[0]);
        return name;
    }

    /// <summary>A scalar.</summary>
    public string Number(double value, DType dtype) => Constant(Tensor.Full([], value, dtype));

    /// <summary>Int64 numbers in one axis.</summary>
    public string Longs(params long[] values) => Constant(Tensor.From(values));

    /// <summary>A size, int64 [1].</summary>
    public string Size(BatchSize size)
    {
        if (size.Scale == 0)
            return Longs(size.Offset);
        if (size.Powers == Unknown)
            throw new ExportException("it needs a size that is no multiple of dynamic axes and their products");
        string key = $"{size.Scale} {size.Offset} {size.Powers}";
        if (_derived.TryGetValue(key, out string? name))
            return name;
        for (int i = 0; i < _trace.Names.Length; i++)
        {
            for (ulong power = size.Powers >> (4 * i) & 15; power > 0; power--)
                name = name is null ? Axis(i) : Node(Prologue, "", "Mul", 1, [name, Axis(i)])[0];
        }
        if (size.Scale != 1)
            name = Node(Prologue, "", "Mul", 1, [name!, Longs(size.Scale)])[0];
        if (size.Offset != 0)
            name = Node(Prologue, "", "Add", 1, [name!, Longs(size.Offset)])[0];
        _derived.Add(key, name!);
        return name!;
    }

    private string Axis(int axis)
    {
        string key = $"axis {axis}";
        if (!_derived.TryGetValue(key, out string? name))
        {
            var place = Array.Find(_trace.Axes, a => a.Name == _trace.Names[axis]);
            name = Node(Prologue, "", "Shape", 1, [_trace.Graph.Inputs[place.Input].Name], ("start", place.Axis), ("end", place.Axis + 1))[0];
            _derived.Add(key, name);
        }
        return name;
    }

    /// <summary>Sizes in one axis, int64.</summary>
    public string Sizes(IReadOnlyList<BatchSize> sizes)
    {
        if (sizes.All(s => s.Scale == 0))
            return Longs([.. sizes.Select(s => (long)s.Offset)]);
        string key = string.Join(';', sizes.Select(s => $"{s.Scale} {s.Offset} {s.Powers}"));
        if (sizes.Count == 1)
            return Size(sizes[0]);
        if (!_derived.TryGetValue($"[{key}]", out string? name))
            _derived.Add($"[{key}]", name = Node(Prologue, "", "Concat", 1, [.. sizes.Select(Size)], ("axis", 0))[0]);
        return name;
    }

    /// <summary>The size that an axis has at both places of the trace.</summary>
    public BatchSize Fit(int size, int other) => size == other ? new BatchSize(0, size)
        : BatchSize.Fit(_trace.Sizes, size, _trace.OtherSizes, other) ?? new BatchSize(size, other) { Powers = Unknown };

    /// <summary>A size as text, such as <c>2*batch</c>; empty where it is only known when the graph runs.</summary>
    public string Text(BatchSize size)
    {
        if (size.Scale == 0)
            return size.Offset.ToString(CultureInfo.InvariantCulture);
        if (size.Powers == Unknown)
            return "";
        var text = new StringBuilder();
        if (size.Scale != 1)
            text.Append(CultureInfo.InvariantCulture, $"{size.Scale}*");
        bool first = true;
        for (int i = 0; i < _trace.Names.Length; i++)
        {
            for (ulong power = size.Powers >> (4 * i) & 15; power > 0; power--)
            {
                text.Append(first ? "" : "*").Append(_trace.Names[i]);
                first = false;
            }
        }
        if (size.Offset != 0)
            text.Append(size.Offset.ToString("+0;-0", CultureInfo.InvariantCulture));
        return text.ToString();
    }
}
