using System.Text.Json;
using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Package;

/// <summary>
/// Writes a graph as JSON. Values are numbered: inputs, then leaves, then what the nodes give, in order; a node reads values of smaller numbers only.
/// Sizes that follow from the batch size are texts such as <c>2*batch</c>; shapes between nodes are left out, as they follow from the ops.
/// </summary>
internal sealed class GraphWriter
{
    private readonly BatchGraph _batched;
    private Dictionary<GraphValue, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private BatchForm? _form;
    private readonly OrderedDictionary<string, Tensor> _constants = [];

    private GraphWriter(BatchGraph batched) => (_batched, _form) = (batched, batched.Form);

    /// <summary>Writes the graph and gives the constants, by name, that go into a file of their own.</summary>
    public static IReadOnlyDictionary<string, Tensor> Write(Utf8JsonWriter json, BatchGraph graph, PackageState state)
    {
        var writer = new GraphWriter(graph);
        writer.Write(json, state);
        return writer._constants;
    }

    private void Write(Utf8JsonWriter json, PackageState state)
    {
        var graph = _batched.Example;
        json.WriteStartObject();
        json.WriteNumber("batch", _batched.ExampleBatch);
        json.WriteBoolean("any_batch", _batched.IsDynamic);
        if (_batched.FixedReason is { } reason)
            json.WriteString("fixed_because", reason);
        state.Write(json);
        json.WriteStartArray("inputs");
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            var input = graph.Inputs[i];
            _numbers.Add(input, _numbers.Count);
            json.WriteStartObject();
            json.WriteString("name", input.Name);
            json.WriteString("dtype", input.Spec.DType.Name);
            json.WriteStartArray("shape");
            for (int axis = 0; axis < input.Spec.Shape.Rank; axis++)
                WriteSize(json, axis == 0 && _batched.IsDynamic && _batched.Batched[i] ? new BatchSize(1, 0) : new BatchSize(0, input.Spec.Shape[axis]));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteBody(json, graph);
        json.WriteEndObject();
    }

    /// <summary>What computes, from inputs that have their numbers.</summary>
    private void WriteBody(Utf8JsonWriter json, Graph graph)
    {
        json.WriteStartArray("leaves");
        foreach (var leaf in graph.Leaves)
        {
            _numbers.Add(leaf, _numbers.Count);
            json.WriteStartObject();
            WriteLeaf(json, leaf);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("nodes");
        foreach (var node in graph.Nodes)
            WriteNode(json, node);
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var output in graph.Outputs)
            json.WriteNumberValue(_numbers[output]);
        json.WriteEndArray();
    }

    private void WriteLeaf(Utf8JsonWriter json, GraphLeaf leaf)
    {
        switch (leaf)
        {
            case GraphParameter parameter:
                json.WriteString("parameter", parameter.Name);
                break;
            case GraphBuffer buffer:
                json.WriteString("buffer", buffer.Name);
                break;
            case GraphKey:
                json.WriteBoolean("key", true);
                break;
            case GraphConstant constant:
                WriteConstant(json, constant);
                break;
        }
    }

    private void WriteConstant(Utf8JsonWriter json, GraphConstant constant)
    {
        var sizes = _form?.Constant(constant);
        var value = sizes is null ? constant.Tensor : constant.Tensor.Detach().Reshape(-1).Select(0, 0);
        if (!ScalarText.TryWrite(json, value))
        {
            string name = $"constant{_constants.Count}";
            _constants.Add(name, value);
            json.WriteString("constant", name);
        }
        if (sizes is null)
            return;
        json.WriteStartArray("shape");
        foreach (var size in sizes)
            WriteSize(json, size);
        json.WriteEndArray();
    }

    private void WriteNode(Utf8JsonWriter json, GraphNode node)
    {
        json.WriteStartObject();
        json.WriteString("op", node.Primitive.Name);
        json.WriteStartArray("inputs");
        foreach (var input in node.Inputs)
            json.WriteNumberValue(_numbers[input]);
        json.WriteEndArray();
        var control = node.Primitive as ControlPrimitive;
        if (control is not null)
            WriteControl(json, node, control);
        var attributes = control is null ? AttributeRecord.Of(node.Primitive).Entries : [];
        if (attributes.Count > 0)
        {
            var sizes = _form?.Attributes(node);
            json.WriteStartObject("attributes");
            foreach (var (name, value) in attributes)
            {
                json.WritePropertyName(name);
                WriteAttribute(json, value, sizes?.GetValueOrDefault(name));
            }
            json.WriteEndObject();
        }
        if (node.Path is not null)
            json.WriteString("at", node.Path);
        json.WriteEndObject();
        // What a control op keeps for its derivative nothing reads.
        foreach (var output in control is null ? node.Outputs : node.Outputs.Take(ControlRecord.Results(control)))
            _numbers.Add(output, _numbers.Count);
    }

    /// <summary>The functions of a control op. Their inputs come first and follow from what the op reads.</summary>
    private void WriteControl(Utf8JsonWriter json, GraphNode node, ControlPrimitive op)
    {
        var form = _form?.Control(node);
        json.WriteStartArray("settings");
        foreach (int number in ControlRecord.Settings(op))
            json.WriteNumberValue(number);
        json.WriteEndArray();
        json.WriteStartArray("sizes");
        for (int i = 0; i < op.Sizes.Length; i++)
            WriteSize(json, form?.Sizes[i] ?? new BatchSize(0, op.Sizes[i]));
        json.WriteEndArray();
        json.WriteStartArray("functions");
        var outer = (_numbers, _form);
        for (int i = 0; i < op.Bodies.Length; i++)
        {
            (_numbers, _form) = (new(ReferenceEqualityComparer.Instance), form?.Bodies[i]);
            foreach (var input in op.Bodies[i].Graph.Inputs)
                _numbers.Add(input, _numbers.Count);
            json.WriteStartObject();
            WriteBody(json, op.Bodies[i].Graph);
            json.WriteEndObject();
        }
        (_numbers, _form) = outer;
        json.WriteEndArray();
    }

    private static void WriteAttribute(Utf8JsonWriter json, object value, BatchSize[]? sizes)
    {
        switch (value)
        {
            case int or long when sizes is not null:
                WriteSize(json, sizes[0]);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case double number:
                ScalarText.Write(json, number);
                break;
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case Array array:
                json.WriteStartArray();
                for (int i = 0; i < array.Length; i++)
                    WriteAttribute(json, array.GetValue(i)!, sizes is null ? null : [sizes[i]]);
                json.WriteEndArray();
                break;
        }
    }

    private static void WriteSize(Utf8JsonWriter json, BatchSize size)
    {
        if (size.Scale == 0)
            json.WriteNumberValue(size.Offset);
        else
            json.WriteStringValue(size.ToString());
    }
}
