using Google.Protobuf;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Reads values from files and messages of their own.</summary>
internal static class ValueReader
{
    private const int MaxDepth = 64;

    /// <summary>Parses a message within bounds: depth, the bytes that are there, and the memory that its parts take.</summary>
    /// <exception cref="FormatException">The bytes are no such message.</exception>
    public static T Parse<T>(MessageParser<T> parser, byte[] bytes, string what) where T : IMessage<T>
    {
        try
        {
            MessageScan.Check(bytes, typeof(T).Name);
            using var input = CodedInputStream.CreateWithLimits(new MemoryStream(bytes), int.MaxValue, MaxDepth * 2);
            // Fields that are not known would be kept, each as an object.
            return parser.WithDiscardUnknownFields(true).ParseFrom(input);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new FormatException($"{what} is damaged, or not an ONNX file: {e.Message}", e);
        }
    }

    public static OnnxSequence Read(SequenceProto proto, int depth = 0)
    {
        Deeper(depth);
        IEnumerable<OnnxValue> items =
        [
            .. proto.TensorValues.Select(t => TensorReader.Read(t, null)),
            .. proto.SequenceValues.Select(s => Read(s, depth + 1)),
            .. proto.MapValues.Select(m => Read(m, depth + 1)),
            .. proto.OptionalValues.Select(o => Read(o, depth + 1)),
        ];
        return new OnnxSequence([.. items]);
    }

    public static OnnxOptional Read(OptionalProto proto, int depth = 0)
    {
        Deeper(depth);
        return new OnnxOptional(proto switch
        {
            { TensorValue: { } tensor } => TensorReader.Read(tensor, null),
            { SequenceValue: { } sequence } => Read(sequence, depth + 1),
            { MapValue: { } map } => Read(map, depth + 1),
            { OptionalValue: { } optional } => Read(optional, depth + 1),
            _ => null,
        });
    }

    public static OnnxMap Read(MapProto proto, int depth = 0)
    {
        Deeper(depth);
        var values = proto.Values is null ? [] : Read(proto.Values, depth + 1).Items;
        OnnxValue keys = ElementType.IsString(proto.KeyType) ? new OnnxStrings([.. proto.StringKeys.Select(k => k.ToStringUtf8())]) : Tensor.From(proto.Keys.ToArray());
        int count = ElementType.IsString(proto.KeyType) ? proto.StringKeys.Count : proto.Keys.Count;
        return count == values.Count ? new OnnxMap(keys, values) : throw new FormatException($"a map has {count} keys for {values.Count} values");
    }

    /// <summary>Reads a value that is a file of its own, of the type that the graph gives it.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="type">The graph's type for it; null for a tensor.</param>
    /// <param name="what">The file's name for errors.</param>
    public static (string Name, OnnxValue Value) Read(byte[] bytes, TypeProto? type, string what)
    {
        switch (type?.ValueCase)
        {
            case TypeProto.ValueOneofCase.SequenceType:
                var sequence = Parse(SequenceProto.Parser, bytes, what);
                return (sequence.Name, Read(sequence));
            case TypeProto.ValueOneofCase.OptionalType:
                var optional = Parse(OptionalProto.Parser, bytes, what);
                return (optional.Name, Read(optional));
            case TypeProto.ValueOneofCase.MapType:
                var map = Parse(MapProto.Parser, bytes, what);
                return (map.Name, Read(map));
            default:
                var tensor = Parse(TensorProto.Parser, bytes, what);
                return (tensor.Name, TensorReader.Read(tensor, null));
        }
    }

    private static void Deeper(int depth)
    {
        if (depth > MaxDepth)
            throw new FormatException("values are nested too deeply");
    }
}
