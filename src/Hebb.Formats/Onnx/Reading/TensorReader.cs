using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Reads tensors out of their messages. No memory is taken for elements that the file has not the bytes for.</summary>
internal static class TensorReader
{
    /// <param name="proto">The message.</param>
    /// <param name="external">Where data outside the file are looked for; null where none may be.</param>
    /// <exception cref="FormatException">The message is no tensor, or its data do not fill its shape.</exception>
    public static OnnxValue Read(TensorProto proto, ExternalData? external)
    {
        var shape = ShapeOf(proto.Dims, proto.Name);
        if (ElementType.IsString(proto.DataType))
        {
            if (proto.StringData.Count != shape.Count)
                throw Wrong(proto, shape, $"holds {proto.StringData.Count} strings");
            return new OnnxStrings([.. proto.StringData.Select(s => s.ToStringUtf8())], shape);
        }
        var dtype = ElementType.Of(proto.DataType);
        if (proto.DataLocation == TensorProto.Types.DataLocation.External)
        {
            if (external is null)
                throw new FormatException($"tensor '{proto.Name}' lies in another file, but there is no folder to look in");
            return external.Read(proto, dtype, shape);
        }
        return Typed(proto, dtype, shape);
    }

    /// <summary>A tensor of raw little-endian bytes.</summary>
    public static Tensor FromBytes(ReadOnlySpan<byte> bytes, DType dtype, in Shape shape)
    {
        var y = Tensor.Empty(shape, dtype);
        unsafe
        {
            var target = new Span<byte>(y.Pointer, bytes.Length);
            bytes.CopyTo(target);
            if (dtype == DType.Bool)
            {
                for (int i = 0; i < target.Length; i++)
                    target[i] = target[i] != 0 ? (byte)1 : (byte)0;
            }
            // Unused bits of the last byte are 0 in the engine.
            if (dtype.Size == 0 && shape.Count * dtype.Bits % 8 is var used and not 0)
                target[^1] &= (byte)((1 << (int)used) - 1);
        }
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>The sizes in a message as a shape.</summary>
    /// <exception cref="FormatException">A size is negative or too large, or there are too many.</exception>
    public static Shape ShapeOf(IReadOnlyList<long> dims, string name)
    {
        var sizes = new int[dims.Count];
        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (dims[i] is < 0 or > int.MaxValue || (dims[i] > 0 && count > long.MaxValue / 16 / dims[i]))
                throw new FormatException($"tensor '{name}' has impossible sizes [{string.Join(", ", dims)}]");
            sizes[i] = (int)dims[i];
            count *= dims[i];
        }
        try
        {
            return Shape.Create(sizes);
        }
        catch (ShapeException e)
        {
            throw new FormatException($"tensor '{name}': {e.Message}", e);
        }
    }

    private static Tensor Typed(TensorProto proto, DType dtype, in Shape shape)
    {
        long bytes = dtype.BytesFor(shape.Count);
        if (proto.RawData.Length > 0)
        {
            if (proto.RawData.Length != bytes)
                throw Wrong(proto, shape, $"holds {proto.RawData.Length} bytes, not {bytes}");
            return FromBytes(proto.RawData.Span, dtype, shape);
        }
        switch (dtype)
        {
            case DType.Float32:
                return Numbers(proto, proto.FloatData, dtype, shape, 1);
            case DType.Complex64:
                return Numbers(proto, proto.FloatData, dtype, shape, 2);
            case DType.Float64:
                return Numbers(proto, proto.DoubleData, dtype, shape, 1);
            case DType.Complex128:
                return Numbers(proto, proto.DoubleData, dtype, shape, 2);
            case DType.Int64:
                return Numbers(proto, proto.Int64Data, dtype, shape, 1);
            case DType.UInt64:
                return Numbers(proto, proto.Uint64Data, dtype, shape, 1);
            case DType.UInt32:
                CheckCount(proto, proto.Uint64Data.Count, shape, shape.Count);
                return Tensor.From(proto.Uint64Data.Select(v => (uint)v).ToArray(), shape);
            case DType.Int32:
                return Numbers(proto, proto.Int32Data, dtype, shape, 1);
            default:
                // One or two bytes an element, or several elements a byte: an int32 for each.
                int size = Math.Max(dtype.Size, 1);
                CheckCount(proto, proto.Int32Data.Count, shape, bytes / size);
                var packed = new byte[bytes];
                for (int i = 0; i < proto.Int32Data.Count; i++)
                {
                    if (size == 2)
                        BinaryPrimitives.WriteUInt16LittleEndian(packed.AsSpan(2 * i), (ushort)proto.Int32Data[i]);
                    else
                        packed[i] = (byte)proto.Int32Data[i];
                }
                return FromBytes(packed, dtype, shape);
        }
    }

    private static Tensor Numbers<T>(TensorProto proto, RepeatedField<T> values, DType dtype, in Shape shape, int each) where T : unmanaged
    {
        CheckCount(proto, values.Count, shape, shape.Count * each);
        return FromBytes(MemoryMarshal.AsBytes(values.ToArray().AsSpan()), dtype, shape);
    }

    private static void CheckCount(TensorProto proto, int found, in Shape shape, long wanted)
    {
        if (found != wanted)
            throw Wrong(proto, shape, $"holds {found} numbers, not {wanted}");
    }

    private static FormatException Wrong(TensorProto proto, in Shape shape, string what) => new($"tensor '{proto.Name}' of shape {shape} {what}");
}
