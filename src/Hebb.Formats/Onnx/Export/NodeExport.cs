using Hebb.Compile;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx.Export;

/// <summary>One primitive while it is written: its inputs and attributes, the nodes that it becomes, the names of its outputs.</summary>
internal sealed class NodeExport(GraphEmitter graph, GraphNode node, List<NodeProto> into)
{
    private readonly string _stem = StemOf(node.Path);

    /// <summary>Where the names of nodes begin: the module.</summary>
    public string Stem => _stem;

    public GraphNode Node => node;

    public GraphEmitter Graph => graph;

    public ExportModel Model => graph.Model;

    public int Opset => graph.Model.Opset;

    public List<NodeProto> Into => into;

    /// <summary>How many inputs there are.</summary>
    public int Count => node.Inputs.Count;

    public TensorSpec Spec(int input) => node.Inputs[input].Spec;

    public TensorSpec Result(int output = 0) => node.Outputs[output].Spec;

    /// <summary>The type of the first output.</summary>
    public DType DType => node.Outputs[0].Spec.DType;

    public int Rank(int input = 0) => node.Inputs[input].Spec.Shape.Rank;

    /// <summary>The name of an input; empty where there is none.</summary>
    public string In(int input) => input < node.Inputs.Count ? graph.Name(node.Inputs[input]) : "";

    /// <summary>An input in an element type.</summary>
    public string In(int input, DType dtype) => Cast(In(input), Spec(input).DType, dtype);

    public string[] All => [.. node.Inputs.Select(graph.Name)];

    public string Cast(string name, DType from, DType to) => from == to ? name : Op("Cast", [name], ("to", ElementType.NumberOf(to)));

    /// <summary>Adds a node of one output.</summary>
    public string Op(string op, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) => Model.Node(into, _stem, op, 1, inputs, attributes)[0];

    public string Op(string op, params string[] inputs) => Model.Node(into, _stem, op, 1, inputs)[0];

    /// <summary>Adds a node of several outputs.</summary>
    public string[] Ops(string op, int outputs, string[] inputs, params ReadOnlySpan<(string Name, object Value)> attributes) => Model.Node(into, _stem, op, outputs, inputs, attributes);

    /// <summary>Names an output.</summary>
    public void Set(string name, int output = 0) => graph.Define(node.Outputs[output], name);

    /// <summary>A number in the type of the first output.</summary>
    public string Number(double value) => Model.Number(value, DType);

    public string Longs(params long[] values) => Model.Longs(values);

    private object Attribute(string name, bool dynamic = false)
    {
        if (!dynamic && graph.Form.Attributes(node)?.ContainsKey(name) == true)
            throw new ExportException($"its {name} follows from the size of a dynamic axis, which the operator can't; fix that axis (OnnxExportOptions.DynamicAxes)");
        return AttributeRecord.Of(node.Primitive).Entries.First(e => e.Name == name).Value;
    }

    public int Int(string name) => (int)Attribute(name);

    public long Long(string name) => (long)Attribute(name);

    public double Float(string name) => (double)Attribute(name);

    public bool Flag(string name) => (bool)Attribute(name);

    public string Text(string name) => (string)Attribute(name);

    public int[] Ints(string name) => (int[])Attribute(name);

    public DType Type(string name) => DTypes.TryParse(Text(name), out var dtype) ? dtype : throw new ExportException($"no element type is called '{Text(name)}'");

    /// <summary>An attribute of sizes, which may follow from dynamic axes.</summary>
    public BatchSize[] Sizes(string name) => graph.Form.Attributes(node)?.GetValueOrDefault(name) ?? Attribute(name, dynamic: true) switch
    {
        int[] sizes => Array.ConvertAll(sizes, s => new BatchSize(0, s)),
        int size => [new BatchSize(0, size)],
        long size => [new BatchSize(0, checked((int)size))],
        var other => throw new ExportException($"its {name} is {AttributeRecord.Text(other)}, no size"),
    };

    /// <summary>The sizes of an input's axes.</summary>
    public BatchSize[] Shape(int input = 0) => graph.Sizes(node.Inputs[input]);

    /// <summary>The sizes of an output's axes.</summary>
    public BatchSize[] ResultShape(int output = 0) => graph.Sizes(node.Outputs[output]);

    /// <summary>A product of sizes as a scalar of an element type.</summary>
    public string Product(IEnumerable<BatchSize> sizes, DType dtype, double less = 0)
    {
        BatchSize[] all = [.. sizes], moving = [.. all.Where(s => s.Scale != 0)];
        double fixedPart = all.Where(s => s.Scale == 0).Aggregate(1.0, (p, s) => p * s.Offset);
        if (moving.Length == 0)
            return Model.Number(fixedPart - less, dtype);
        string product = Op("ReduceProd", [Model.Sizes([.. moving, new BatchSize(0, checked((int)fixedPart))])], ("keepdims", 0));
        product = Cast(product, DType.Int64, dtype);
        return less == 0 ? product : Op("Sub", product, Model.Number(less, dtype));
    }

    /// <summary>The two operands of an elementwise op in an element type; an expansion that the other operand makes needless is left out.</summary>
    public string[] Operands(DType dtype) => [Operand(0, 1, dtype), Operand(1, 0, dtype)];

    private string Operand(int input, int other, DType dtype)
    {
        var value = node.Inputs[input];
        if (value is GraphResult { Node: { Primitive.Name: "expand" } expansion } && node.Inputs[other].Spec.Shape == node.Outputs[0].Spec.Shape)
            value = expansion.Inputs[0];
        return Cast(graph.Name(value), value.Spec.DType, dtype);
    }

    /// <summary>The input that a node of one name gives; null where another gives it.</summary>
    public static GraphNode? From(GraphValue value, string primitive) => value is GraphResult { Slot: 0, Node: var from } && from.Primitive.Name == primitive ? from : null;

    /// <summary>Transposes where the order is not that already.</summary>
    public string Permute(string x, params int[] order) => order.Select((axis, i) => axis == i).All(same => same) ? x : Op("Transpose", [x], ("perm", order));

    // A path is "model.head, Linear"; the model itself needs no name.
    private static string StemOf(string? path)
    {
        if (path is null)
            return "";
        string name = path.Split(',')[0].Trim();
        int dot = name.IndexOf('.');
        return dot < 0 ? "" : name[(dot + 1)..];
    }
}
