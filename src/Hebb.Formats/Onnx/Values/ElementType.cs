using Hebb.Onnx.Proto;
using DataType = Hebb.Onnx.Proto.TensorProto.Types.DataType;

namespace Hebb.Onnx;

/// <summary>Element types by the numbers that ONNX files give them.</summary>
internal static class ElementType
{
    /// <summary>The engine's type for a number of the format; strings have none.</summary>
    /// <exception cref="FormatException">There is no such type.</exception>
    public static DType Of(long number) => (DataType)number switch
    {
        DataType.Float => DType.Float32,
        DataType.Uint8 => DType.UInt8,
        DataType.Int8 => DType.Int8,
        DataType.Uint16 => DType.UInt16,
        DataType.Int16 => DType.Int16,
        DataType.Int32 => DType.Int32,
        DataType.Int64 => DType.Int64,
        DataType.Bool => DType.Bool,
        DataType.Float16 => DType.Float16,
        DataType.Double => DType.Float64,
        DataType.Uint32 => DType.UInt32,
        DataType.Uint64 => DType.UInt64,
        DataType.Complex64 => DType.Complex64,
        DataType.Complex128 => DType.Complex128,
        DataType.Bfloat16 => DType.BFloat16,
        DataType.Float8E4M3Fn => DType.Float8E4M3FN,
        DataType.Float8E4M3Fnuz => DType.Float8E4M3FNUZ,
        DataType.Float8E5M2 => DType.Float8E5M2,
        DataType.Float8E5M2Fnuz => DType.Float8E5M2FNUZ,
        DataType.Uint4 => DType.UInt4,
        DataType.Int4 => DType.Int4,
        DataType.Float4E2M1 => DType.Float4E2M1,
        DataType.Float8E8M0 => DType.Float8E8M0,
        DataType.Uint2 => DType.UInt2,
        DataType.Int2 => DType.Int2,
        DataType.String => throw new FormatException("a tensor of numbers is needed here, not strings"),
        _ => throw new FormatException($"there is no element type {number}"),
    };

    /// <summary>Whether a number of the format means strings.</summary>
    public static bool IsString(long number) => number == (long)DataType.String;
}
