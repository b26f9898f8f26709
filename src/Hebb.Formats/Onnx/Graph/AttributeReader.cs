using Hebb.Onnx.Proto;
using AttributeType = Hebb.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Hebb.Onnx;

/// <summary>Reads attributes of nodes.</summary>
internal static class AttributeReader
{
    /// <param name="proto">The message.</param>
    /// <param name="external">Where data outside the file are looked for.</param>
    /// <param name="build">Builds a graph inside the node's.</param>
    /// <exception cref="FormatException">It is of a type that the format does not have.</exception>
    public static OnnxAttribute Read(AttributeProto proto, ExternalData? external, Func<GraphProto, OnnxGraph> build)
    {
        if (proto.RefAttrName.Length > 0)
            return new OnnxAttribute(null, proto.RefAttrName);
        return new OnnxAttribute(TypeOf(proto) switch
        {
            AttributeType.Float => proto.F,
            AttributeType.Int => proto.I,
            AttributeType.String => proto.S.ToStringUtf8(),
            AttributeType.Tensor => Escape(TensorReader.Read(Given(proto.T, proto), external)),
            AttributeType.Graph => build(Given(proto.G, proto)),
            AttributeType.SparseTensor => Escape(SparseReader.Read(Given(proto.SparseTensor, proto), external)),
            AttributeType.TypeProto => Given(proto.Tp, proto),
            AttributeType.Floats => proto.Floats.ToArray(),
            AttributeType.Ints => proto.Ints.ToArray(),
            AttributeType.Strings => proto.Strings.Select(s => s.ToStringUtf8()).ToArray(),
            AttributeType.Tensors => proto.Tensors.Select(t => Escape(TensorReader.Read(t, external))).ToArray(),
            AttributeType.Graphs => proto.Graphs.Select(build).ToArray(),
            AttributeType.TypeProtos => proto.TypeProtos.ToArray(),
            var other => throw new FormatException($"its attribute '{proto.Name}' is of type {(int)other}, which there is not"),
        });
    }

    // The first version of the format had no type: the field that is filled tells.
    private static AttributeType TypeOf(AttributeProto proto) => proto switch
    {
        { Type: not AttributeType.Undefined } => proto.Type,
        { T: not null } => AttributeType.Tensor,
        { G: not null } => AttributeType.Graph,
        { S.Length: > 0 } => AttributeType.String,
        { Floats.Count: > 0 } => AttributeType.Floats,
        { Ints.Count: > 0 } => AttributeType.Ints,
        { Strings.Count: > 0 } => AttributeType.Strings,
        { F: not 0 } => AttributeType.Float,
        _ => AttributeType.Int,
    };

    private static T Given<T>(T? value, AttributeProto proto) where T : class => value ?? throw new FormatException($"its attribute '{proto.Name}' has no value");

    private static OnnxValue Escape(OnnxValue value) => value is OnnxTensor { Tensor: var tensor } ? TensorScope.Escape(tensor) : value;
}
