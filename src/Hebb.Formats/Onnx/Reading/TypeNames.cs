using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Types of graphs as text.</summary>
internal static class TypeNames
{
    public static string Describe(TypeProto? type, int depth = 0) => depth > 16 ? "…" : type?.ValueCase switch
    {
        TypeProto.ValueOneofCase.TensorType => Tensor(type.TensorType.ElemType, type.TensorType.Shape),
        TypeProto.ValueOneofCase.SparseTensorType => "sparse " + Tensor(type.SparseTensorType.ElemType, type.SparseTensorType.Shape),
        TypeProto.ValueOneofCase.SequenceType => $"sequence({Describe(type.SequenceType.ElemType, depth + 1)})",
        TypeProto.ValueOneofCase.OptionalType => $"optional({Describe(type.OptionalType.ElemType, depth + 1)})",
        TypeProto.ValueOneofCase.MapType => $"map({Element(type.MapType.KeyType)}, {Describe(type.MapType.ValueType, depth + 1)})",
        _ => "any",
    };

    private static string Tensor(int element, TensorShapeProto? shape) =>
        Element(element) + (shape is null ? "" : $"[{string.Join(", ", shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? $"{d.DimValue}" : d.DimParam.Length > 0 ? d.DimParam : "?"))}]");

    private static string Element(int element)
    {
        if (ElementType.IsString(element))
            return "string";
        try
        {
            return ElementType.Of(element).Name;
        }
        catch (FormatException)
        {
            return "?";
        }
    }
}
