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

    /// <summary>The format's number for a type of the engine.</summary>
    /// <exception cref="FormatException">The format has no such type.</exception>
    public static int NumberOf(DType dtype) => dtype switch
    {
        DType.Float32 => (int)DataType.Float,
        DType.UInt8 => (int)DataType.Uint8,
        DType.Int8 => (int)DataType.Int8,
        DType.UInt16 => (int)DataType.Uint16,
        DType.Int16 => (int)DataType.Int16,
        DType.Int32 => (int)DataType.Int32,
        DType.Int64 => (int)DataType.Int64,
        DType.Bool => (int)DataType.Bool,
        DType.Float16 => (int)DataType.Float16,
        DType.Float64 => (int)DataType.Double,
        DType.UInt32 => (int)DataType.Uint32,
        DType.UInt64 => (int)DataType.Uint64,
        DType.Complex64 => (int)DataType.Complex64,
        DType.Complex128 => (int)DataType.Complex128,
        DType.BFloat16 => (int)DataType.Bfloat16,
        DType.Float8E4M3FN => (int)DataType.Float8E4M3Fn,
        DType.Float8E4M3FNUZ => (int)DataType.Float8E4M3Fnuz,
        DType.Float8E5M2 => (int)DataType.Float8E5M2,
        DType.Float8E5M2FNUZ => (int)DataType.Float8E5M2Fnuz,
        DType.UInt4 => (int)DataType.Uint4,
        DType.Int4 => (int)DataType.Int4,
        DType.Float4E2M1 => (int)DataType.Float4E2M1,
        DType.Float8E8M0 => (int)DataType.Float8E8M0,
        DType.UInt2 => (int)DataType.Uint2,
        DType.Int2 => (int)DataType.Int2,
        _ => throw new FormatException($"ONNX has no element type {dtype.Name}"),
    };

    /// <summary>Whether a number of the format means strings.</summary>
    public static bool IsString(long number) => number == (long)DataType.String;
}
