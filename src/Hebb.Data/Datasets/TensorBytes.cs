using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>The raw bytes of a contiguous tensor's rows, for copying them whatever their type. Keep the tensor alive while using them.</summary>
internal static class TensorBytes
{
    /// <summary>Row <paramref name="row"/> of [n, …]; <paramref name="spec"/> is shape and type of a row.</summary>
    public static Span<byte> Row(Tensor all, int row, TensorSpec spec)
    {
        int length = checked((int)spec.Shape.Count), start = checked(row * length);
        return Range(all, start, length);
    }

    /// <summary>Elements <paramref name="start"/> to <paramref name="start"/> + <paramref name="length"/> - 1 in row order.</summary>
    public static Span<byte> Range(Tensor all, int start, int length)
    {
        return all.DType switch
        {
            DType.Float32 => Slice<float>(all, start, length),
            DType.Float64 => Slice<double>(all, start, length),
            DType.Float16 => Slice<Half>(all, start, length),
            DType.BFloat16 => Slice<BFloat16>(all, start, length),
            DType.Int8 => Slice<sbyte>(all, start, length),
            DType.Int16 => Slice<short>(all, start, length),
            DType.Int32 => Slice<int>(all, start, length),
            DType.Int64 => Slice<long>(all, start, length),
            DType.UInt8 => Slice<byte>(all, start, length),
            DType.UInt16 => Slice<ushort>(all, start, length),
            DType.UInt32 => Slice<uint>(all, start, length),
            DType.UInt64 => Slice<ulong>(all, start, length),
            DType.Bool => Slice<bool>(all, start, length),
            DType.Complex64 => Slice<Complex64>(all, start, length),
            DType.Complex128 => Slice<System.Numerics.Complex>(all, start, length),
            _ => throw new DTypeException($"a dataset holds float, integer, complex or bool tensors, not {all.DType.Name}"),
        };
    }

    /// <summary>All of a tensor as one row.</summary>
    public static Span<byte> Of(Tensor tensor) => Row(tensor, 0, new TensorSpec(tensor.Shape, tensor.DType));

    private static Span<byte> Slice<T>(Tensor all, int start, int length) where T : unmanaged =>
        MemoryMarshal.AsBytes(all.AsSpan<T>().Slice(start, length));
}
