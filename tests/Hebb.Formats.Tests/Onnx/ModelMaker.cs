using Google.Protobuf;
using Hebb.Onnx.Proto;
using AttributeType = Hebb.Onnx.Proto.AttributeProto.Types.AttributeType;
using DataType = Hebb.Onnx.Proto.TensorProto.Types.DataType;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Small ONNX models, put together message by message.</summary>
internal static class ModelMaker
{
    public static byte[] Model(GraphProto graph, int opset = 20, Action<ModelProto>? more = null)
    {
        var model = new ModelProto { IrVersion = 10, ProducerName = "tests", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
        more?.Invoke(model);
        return model.ToByteArray();
    }

    /// <summary>A model of one node, whose inputs are named a, b, c … and outputs y, z, w ….</summary>
    public static OnnxModel OneNode(string op, int opset, int inputs, int outputs = 1, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, inputs).Select(i => ((char)('a' + i)).ToString())], results = [.. "yzwv".Take(outputs).Select(ch => ch.ToString())];
        return OnnxModel.Load(Model(Graph(names, results, Node(op, names, results, attributes)), opset));
    }

    /// <summary>Runs a model of one node on tensors.</summary>
    public static Tensor[] Run(string op, int opset, Tensor[] inputs, int outputs = 1, params (string Name, object Value)[] attributes) => OneNode(op, opset, inputs.Length, outputs, attributes).CallAll(inputs);

    public static GraphProto Graph(string[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "graph" };
        graph.Input.Add(inputs.Select(Port));
        graph.Output.Add(outputs.Select(Port));
        graph.Node.Add(nodes);
        return graph;
    }

    public static ValueInfoProto Port(string name) => new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float } } };

    public static GraphProto With(this GraphProto graph, params TensorProto[] initializers)
    {
        graph.Initializer.Add(initializers);
        return graph;
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = op };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        node.Attribute.Add(attributes.Select(a => Attribute(a.Name, a.Value)));
        return node;
    }

    public static NodeProto In(this NodeProto node, string domain)
    {
        node.Domain = domain;
        return node;
    }

    public static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case int i:
                (attribute.Type, attribute.I) = (AttributeType.Int, i);
                break;
            case float f:
                (attribute.Type, attribute.F) = (AttributeType.Float, f);
                break;
            case string s:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(s));
                break;
            case long[] ints:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(ints);
                break;
            case float[] floats:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.Add(floats);
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
                throw new ArgumentException(value.GetType().Name);
        }
        return attribute;
    }

    /// <summary>An attribute that takes its value from the call of the function.</summary>
    public static NodeProto Passing(this NodeProto node, string name, string from)
    {
        node.Attribute.Add(new AttributeProto { Name = name, RefAttrName = from, Type = AttributeType.Float });
        return node;
    }

    public static TensorProto Floats(string name, long[] dims, params float[] values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.Add(dims);
        tensor.FloatData.Add(values);
        return tensor;
    }

    public static TensorProto Longs(string name, long[] dims, params long[] values)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Int64 };
        tensor.Dims.Add(dims);
        tensor.Int64Data.Add(values);
        return tensor;
    }
}
