using Hebb.Compile;
using Hebb.Files;
using Hebb.Transforms;

namespace Hebb.Package;

/// <summary>Reads what <see cref="GraphWriter"/> wrote. Everything is checked: ops, attributes, the order of values, shapes.</summary>
internal sealed class GraphReader
{
    /// <summary>The most elements of all constants together that are one value repeated.</summary>
    private const long MaxRepeated = 1 << 24;

    private readonly Json _json;
    private readonly IReadOnlyDictionary<string, GraphLeaf> _state;
    private readonly IReadOnlyDictionary<string, Tensor> _constants;
    private readonly List<GraphValue> _values = [];
    private readonly BatchForm _form = new();
    private readonly int _batch;
    private readonly GraphReader? _outer;
    private bool _anyBatch;
    private long _repeated;

    private GraphReader(Json json, IReadOnlyDictionary<string, GraphLeaf> state, IReadOnlyDictionary<string, Tensor> constants)
    {
        (_json, _state, _constants) = (json, state, constants);
        _batch = json["batch"].Int();
        if (_batch is < 0 or > 1 << 24)
            throw new FormatException($"{json.At}.batch is {_batch}");
    }

    /// <summary>A reader of a function inside the graph.</summary>
    private GraphReader(GraphReader outer, Json json)
    {
        (_json, _state, _constants, _batch, _anyBatch, _outer) = (json, outer._state, outer._constants, outer._batch, outer._anyBatch, outer);
    }

    /// <param name="json">The graph.</param>
    /// <param name="state">Parameters and buffers by name.</param>
    /// <param name="constants">Constants by name.</param>
    /// <exception cref="FormatException">It is no graph that could run.</exception>
    public static BatchGraph Read(Json json, IReadOnlyDictionary<string, GraphLeaf> state, IReadOnlyDictionary<string, Tensor> constants) =>
        new GraphReader(json, state, constants).Read();

    private BatchGraph Read()
    {
        _anyBatch = _json["any_batch"].Bool();
        var batched = new List<bool>();
        var inputs = new List<GraphInput>();
        foreach (var item in _json["inputs"].Items())
        {
            var sizes = Sizes(item["shape"]);
            batched.Add(sizes.Length > 0 && sizes[0].Scale != 0);
            for (int axis = 0; axis < sizes.Length; axis++)
            {
                if (sizes[axis].Scale != 0 && (axis > 0 || sizes[axis] != new BatchSize(1, 0)))
                    throw new FormatException($"{item.At}.shape: only the first axis of an input can be the batch");
            }
            inputs.Add(new GraphInput(item["name"].Text(), new TensorSpec(Shape(sizes, item.At), item["dtype"].DType())));
        }
        if (!_anyBatch)
            batched = [.. inputs.Select(i => i.Spec.Shape.Rank > 0 && i.Spec.Shape[0] == _batch)];
        else if (!batched.Contains(true))
            throw new FormatException($"{_json.At}: takes any batch, but no input has one");
        _values.AddRange(inputs);
        foreach (var item in _json["leaves"].Items())
            _values.Add(Leaf(item));
        var nodes = _json["nodes"].Items().ConvertAll(Node);
        var outputs = _json["outputs"].Items().ConvertAll(Value);
        if (outputs.Count == 0)
            throw new FormatException($"{_json.At} has no outputs");
        return new BatchGraph(new Graph(inputs, nodes, outputs), _batch, batched, _anyBatch ? _form : null, _anyBatch ? null : _json.TextOr("fixed_because", "it was saved so"), fromFile: true);
    }

    /// <summary>A function inside a control op, of what that reads.</summary>
    private Graph Function(TensorSpec[] specs)
    {
        GraphInput[] inputs = [.. specs.Select((s, i) => new GraphInput($"input{i}", s))];
        _values.AddRange(inputs);
        foreach (var item in _json["leaves"].Items())
        {
            if (item.Has("key") || item.Has("parameter") || item.Has("buffer"))
                throw new FormatException($"{item.At}: a function reads nothing but its inputs and constants");
            _values.Add(Leaf(item));
        }
        var nodes = _json["nodes"].Items().ConvertAll(Node);
        return new Graph(inputs, nodes, _json["outputs"].Items().ConvertAll(Value));
    }

    private GraphNode Control(Json json, string op, GraphValue[] inputs)
    {
        int[] settings = json["settings"].Ints();
        var sizes = Sizes(json["sizes"]);
        var readers = json["functions"].Items().ConvertAll(f => new GraphReader(this, f));
        ControlPrimitive primitive;
        try
        {
            var specs = ControlRecord.BodyInputs(op, Array.ConvertAll(inputs, v => v.Spec), settings);
            primitive = ControlRecord.Create(op, settings, Array.ConvertAll(sizes, s => s.At(_batch)), [.. readers.Select(r => r.Function(specs))]);
        }
        catch (HebbException e) when (!e.Message.StartsWith(_json.At, StringComparison.Ordinal))
        {
            throw new FormatException($"{json.At}: {e.Message}", e);
        }
        var node = new GraphNode(primitive, inputs, Infer(primitive, inputs, json.At), json.Has("at") ? json["at"].Text() : null);
        if (_anyBatch)
            _form.SetControl(node, [.. readers.Select(r => r._form)], sizes);
        _values.AddRange(node.Outputs);
        return node;
    }

    private GraphLeaf Leaf(Json json)
    {
        if (json.Has("key"))
            return new GraphKey();
        if (json.Has("parameter"))
            return State<GraphParameter>(json["parameter"]);
        if (json.Has("buffer"))
            return State<GraphBuffer>(json["buffer"]);
        Tensor value;
        if (json.Has("scalar"))
        {
            value = ScalarText.Read(json);
        }
        else
        {
            string name = json["constant"].Text();
            if (!_constants.TryGetValue(name, out value!))
                throw new FormatException($"{json.At}: there is no constant '{name}'");
        }
        if (!json.Has("shape"))
            return new GraphConstant(value);
        var sizes = Sizes(json["shape"]);
        if (value.Rank != 0)
            throw new FormatException($"{json.At}: only a scalar is repeated to a shape");
        var shape = Shape(sizes, json.At);
        // This takes memory that the file does not hold: keep it small, over all of them.
        var first = this;
        while (first._outer is { } next)
            first = next;
        first._repeated += shape.Count;
        if (shape.Count < 1 || first._repeated > MaxRepeated)
            throw new FormatException($"{json.At}: a constant of {shape} is {(shape.Count < 1 ? "empty" : "too large")}");
        var constant = new GraphConstant(TensorScope.Escape(value.Expand(shape).Contiguous()));
        if (_anyBatch && sizes.Any(s => s.Scale != 0))
            _form.SetConstant(constant, sizes);
        return constant;
    }

    private T State<T>(Json json) where T : GraphLeaf =>
        _state.GetValueOrDefault(json.Text()) as T ?? throw new FormatException($"{json.At}: there is no {(typeof(T) == typeof(GraphBuffer) ? "buffer" : "parameter")} '{json.Text()}'");

    private GraphNode Node(Json json)
    {
        string op = json["op"].Text();
        GraphValue[] inputs = [.. json["inputs"].Items().ConvertAll(Value)];
        if (ControlRecord.Holds(op))
            return Control(json, op, inputs);
        var attributes = json.Find("attributes")?.Members() ?? [];
        var sizes = new Dictionary<string, BatchSize[]>();
        Primitive primitive;
        try
        {
            primitive = AttributeRecord.Create(op, (name, type) => Attribute(attributes.Find(a => a.Name == name), type, sizes), attributes.Count);
        }
        catch (FormatException e) when (!e.Message.StartsWith(_json.At, StringComparison.Ordinal))
        {
            throw new FormatException($"{json.At}: {e.Message}", e);
        }
        var node = new GraphNode(primitive, inputs, Infer(primitive, inputs, json.At), json.Has("at") ? json["at"].Text() : null);
        foreach (var (name, at) in sizes)
            _form.SetAttribute(node, name, at);
        _values.AddRange(node.Outputs);
        return node;
    }

    private static TensorSpec[] Infer(Primitive primitive, GraphValue[] inputs, string at)
    {
        try
        {
            return AttributeChecks.Infer(primitive, Array.ConvertAll(inputs, v => v.Spec));
        }
        catch (FormatException e)
        {
            throw new FormatException($"{at}: {e.Message}", e);
        }
    }

    private object? Attribute(Json? json, Type type, Dictionary<string, BatchSize[]> sizes)
    {
        if (json is null)
            return null;
        if (type == typeof(int) || type == typeof(long))
        {
            if (json.Kind == JsonKind.String)
            {
                var size = Size(json);
                sizes[json.Name] = [size];
                return type == typeof(int) ? size.At(_batch) : (object)(long)size.At(_batch);
            }
            return type == typeof(int) ? json.Int() : (object)json.Long();
        }
        if (type == typeof(double))
            return json.Number();
        if (type == typeof(bool))
            return json.Bool();
        if (type == typeof(string))
            return json.Text();
        if (type == typeof(double[]))
            return json.Items().ConvertAll(i => i.Number()).ToArray();
        var items = json.Items();
        if (!items.Exists(i => i.Kind == JsonKind.String))
            return type == typeof(int[]) ? json.Ints() : items.ConvertAll(i => i.Long()).ToArray();
        var all = Sizes(json);
        sizes[json.Name] = all;
        return type == typeof(int[]) ? Array.ConvertAll(all, s => s.At(_batch)) : (object)Array.ConvertAll(all, s => (long)s.At(_batch));
    }

    private GraphValue Value(Json json)
    {
        int number = json.Int();
        return (uint)number < (uint)_values.Count ? _values[number] : throw new FormatException($"{json.At} is {number}, but only {_values.Count} values come before");
    }

    private BatchSize[] Sizes(Json json)
    {
        var items = json.Items();
        var sizes = new BatchSize[items.Count];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = Size(items[i]);
        return sizes;
    }

    private BatchSize Size(Json json)
    {
        if (json.Kind != JsonKind.String)
            return new BatchSize(0, json.Int());
        string text = json.Text();
        if (!BatchSize.TryParse(text, out var size))
            throw new FormatException($"{json.At}: '{text}' is no size");
        return size.Scale == 0 || _anyBatch ? size : throw new FormatException($"{json.At}: '{text}' in a graph of one batch size");
    }

    private Shape Shape(BatchSize[] sizes, string at)
    {
        try
        {
            var dims = new int[sizes.Length];
            for (int i = 0; i < dims.Length; i++)
                dims[i] = sizes[i].At(_batch);
            Shape shape = dims;
            return AttributeChecks.IsPossible(shape) ? shape : throw new FormatException($"{at}: no tensor is {shape}");
        }
        catch (ShapeException e)
        {
            throw new FormatException($"{at}: {e.Message}", e);
        }
    }
}
