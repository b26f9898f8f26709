using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>An ONNX model of one node on float32 tensors (the numbers of fields are those of onnx.proto).</summary>
internal sealed class OnnxModel(string op, string domain = "")
{
    private const int Float32 = 1;

    private readonly ProtoWriter _node = new ProtoWriter().Text(4, op).Text(7, domain), _values = new();
    private readonly List<(string Name, long[] Shape)> _inputs = [];

    public IReadOnlyList<(string Name, long[] Shape)> Inputs => _inputs;

    /// <summary>An input that is given at every call.</summary>
    public OnnxModel Input(string name, params long[] shape)
    {
        _inputs.Add((name, shape));
        _node.Text(1, name);
        _values.Message(11, Value(name, shape));
        return this;
    }

    /// <summary>An input that is part of the model, so that it can be prepared once.</summary>
    public OnnxModel Constant(string name, float[] values, params long[] shape)
    {
        _node.Text(1, name);
        var tensor = new ProtoWriter();
        foreach (long size in shape) tensor.Number(1, size);
        _values.Message(5, tensor.Number(2, Float32).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values.AsSpan())));
        return this;
    }

    public OnnxModel Attribute(string name, params long[] values)
    {
        var attribute = new ProtoWriter().Text(1, name);
        if (values.Length == 1) attribute.Number(3, values[0]).Number(20, 2);
        else
        {
            foreach (long value in values) attribute.Number(8, value);
            attribute.Number(20, 7);
        }
        _node.Message(5, attribute);
        return this;
    }

    /// <summary>The file, with the node's one output of this shape, called y.</summary>
    public byte[] ToBytes(int opset, params long[] outputShape)
    {
        _values.Message(1, _node.Text(2, "y")).Text(2, op).Message(12, Value("y", outputShape));
        var model = new ProtoWriter().Number(1, opset >= 23 ? 10 : 8).Message(7, _values).Message(8, new ProtoWriter().Text(1, "").Number(2, opset));
        if (domain.Length > 0) model.Message(8, new ProtoWriter().Text(1, domain).Number(2, 1));
        return model.ToArray();
    }

    private static ProtoWriter Value(string name, long[] shape)
    {
        var sizes = new ProtoWriter();
        foreach (long size in shape) sizes.Message(1, new ProtoWriter().Number(1, size));
        return new ProtoWriter().Text(1, name).Message(2, new ProtoWriter().Message(1, new ProtoWriter().Number(1, Float32).Message(2, sizes)));
    }
}
