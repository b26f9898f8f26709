using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Runs of elements from one type to another. Floats to integers truncate towards zero and saturate; to Bool, anything but 0 is true.</summary>
internal static unsafe class Converting
{
    public static void Convert(byte* source, DType from, byte* destination, DType to, long count)
    {
        // Spans hold 2^31 elements at most.
        for (long start = 0; start < count; start += 1 << 30)
        {
            int length = (int)Math.Min(count - start, 1 << 30);
            Run(source + from.BytesFor(start), from, destination + to.BytesFor(start), to, length);
        }
    }

    private static void Run(byte* source, DType from, byte* destination, DType to, int count)
    {
        if (from == to || (from == DType.Bool && to == DType.UInt8))
        {
            Buffer.MemoryCopy(source, destination, from.BytesFor(count), from.BytesFor(count));
            return;
        }
        if (from.IsStorageOnly)
        {
            Loaded(source, from, destination, to, count);
            return;
        }
        if (to.IsStorageOnly)
        {
            Stored(source, from, destination, to, count);
            return;
        }
        switch (from)
        {
            case DType.Float32:
                From<float>(source, destination, to, count);
                break;
            case DType.Float64:
                From<double>(source, destination, to, count);
                break;
            case DType.Float16:
                Widened(source, from, destination, to, count);
                break;
            case DType.BFloat16:
                Widened(source, from, destination, to, count);
                break;
            case DType.Int8:
                From<sbyte>(source, destination, to, count);
                break;
            case DType.Int16:
                From<short>(source, destination, to, count);
                break;
            case DType.Int32:
                From<int>(source, destination, to, count);
                break;
            case DType.Int64:
                From<long>(source, destination, to, count);
                break;
            case DType.UInt8 or DType.Bool:
                From<byte>(source, destination, to, count);
                break;
            case DType.UInt16:
                From<ushort>(source, destination, to, count);
                break;
            case DType.UInt32:
                From<uint>(source, destination, to, count);
                break;
            case DType.UInt64:
                From<ulong>(source, destination, to, count);
                break;
            case DType.Complex64:
                FromComplex((float*)source, destination, to, count);
                break;
            default:
                FromComplex((double*)source, destination, to, count);
                break;
        }
    }

    private static void From<T>(byte* source, byte* destination, DType to, int count) where T : unmanaged, INumber<T>
    {
        switch (to)
        {
            case DType.Float32:
                Cast<T, float>(source, destination, count);
                break;
            case DType.Float64:
                Cast<T, double>(source, destination, count);
                break;
            case DType.Float16 or DType.BFloat16:
                Narrowed<T>(source, destination, to, count);
                break;
            case DType.Int8:
                Cast<T, sbyte>(source, destination, count);
                break;
            case DType.Int16:
                Cast<T, short>(source, destination, count);
                break;
            case DType.Int32:
                Cast<T, int>(source, destination, count);
                break;
            case DType.Int64:
                Cast<T, long>(source, destination, count);
                break;
            case DType.UInt8:
                Cast<T, byte>(source, destination, count);
                break;
            case DType.UInt16:
                Cast<T, ushort>(source, destination, count);
                break;
            case DType.UInt32:
                Cast<T, uint>(source, destination, count);
                break;
            case DType.UInt64:
                Cast<T, ulong>(source, destination, count);
                break;
            case DType.Bool:
                for (int i = 0; i < count; i++)
                    destination[i] = ((T*)source)[i] != T.Zero ? (byte)1 : (byte)0;
                break;
            case DType.Complex64:
                for (int i = 0; i < count; i++)
                    ((Complex64*)destination)[i] = new Complex64(float.CreateTruncating(((T*)source)[i]), 0);
                break;
            default:
                for (int i = 0; i < count; i++)
                    ((Complex*)destination)[i] = new Complex(double.CreateTruncating(((T*)source)[i]), 0);
                break;
        }
    }

    private static void Cast<TFrom, TTo>(byte* source, byte* destination, int count)
        where TFrom : unmanaged, INumber<TFrom>
        where TTo : unmanaged, INumber<TTo> =>
        TensorPrimitives.ConvertTruncating(new ReadOnlySpan<TFrom>(source, count), new Span<TTo>(destination, count));

    private static void FromComplex<T>(T* source, byte* destination, DType to, int count) where T : unmanaged, INumber<T>
    {
        if (to.IsComplex)
        {
            if (to == DType.Complex64)
                Cast<T, float>((byte*)source, destination, 2 * count);
            else
                Cast<T, double>((byte*)source, destination, 2 * count);
            return;
        }
        throw new DTypeException($"a complex tensor does not convert to {to.Name}: take Real() or Abs() first");
    }

    /// <summary>Out of a type that is for storage only, through float or Int8 a tile at a time. A tile ends on a byte.</summary>
    [SkipLocalsInit]
    private static void Loaded(byte* source, DType from, byte* destination, DType to, int count)
    {
        float* tile = stackalloc float[Operand.TileSize];
        bool whole = from >= DType.Int4;
        for (int start = 0; start < count; start += Operand.TileSize)
        {
            int length = Math.Min(Operand.TileSize, count - start);
            var bytes = new ReadOnlySpan<byte>(source + from.BytesFor(start), (int)from.BytesFor(length));
            if (whole)
                PackedIntegers.Unpack(from, bytes, new Span<sbyte>(tile, length));
            else
                SmallFloats.ToSingle(from, bytes, new Span<float>(tile, length));
            Run((byte*)tile, whole ? DType.Int8 : DType.Float32, destination + to.BytesFor(start), to, length);
        }
    }

    /// <summary>Into a type that is for storage only: the nearest value it has, integers truncated; what it can't hold becomes its largest or smallest.</summary>
    [SkipLocalsInit]
    private static void Stored(byte* source, DType from, byte* destination, DType to, int count)
    {
        if (from.IsComplex)
            throw new DTypeException($"a complex tensor does not convert to {to.Name}: take Real() or Abs() first");
        float* tile = stackalloc float[Operand.TileSize];
        sbyte* small = stackalloc sbyte[Operand.TileSize];
        for (int start = 0; start < count; start += Operand.TileSize)
        {
            int length = Math.Min(Operand.TileSize, count - start);
            var bytes = new Span<byte>(destination + to.BytesFor(start), (int)to.BytesFor(length));
            Run(source + from.BytesFor(start), from, (byte*)tile, DType.Float32, length);
            if (to >= DType.Int4)
            {
                // Through float, so that large integers saturate instead of losing their upper bits.
                Cast<float, sbyte>((byte*)tile, (byte*)small, length);
                PackedIntegers.Pack(to, new ReadOnlySpan<sbyte>(small, length), bytes);
            }
            else
            {
                SmallFloats.FromSingle(to, new ReadOnlySpan<float>(tile, length), bytes);
            }
        }
    }

    /// <summary>Out of a 16-bit float, through float a tile at a time.</summary>
    [SkipLocalsInit]
    private static void Widened(byte* source, DType from, byte* destination, DType to, int count)
    {
        float* tile = stackalloc float[Operand.TileSize];
        for (int start = 0; start < count; start += Operand.TileSize)
        {
            int length = Math.Min(Operand.TileSize, count - start);
            bool direct = to == DType.Float32;
            float* wide = direct ? (float*)destination + start : tile;
            if (from == DType.Float16)
                Conversions.WidenFloat16((ushort*)source + start, wide, length);
            else
                Conversions.WidenBFloat16((ushort*)source + start, wide, length);
            if (!direct)
                Run((byte*)tile, DType.Float32, destination + to.BytesFor(start), to, length);
        }
    }

    /// <summary>Into a 16-bit float, through float a tile at a time; rounds to nearest even.</summary>
    [SkipLocalsInit]
    private static void Narrowed<T>(byte* source, byte* destination, DType to, int count) where T : unmanaged, INumber<T>
    {
        float* tile = stackalloc float[Operand.TileSize];
        for (int start = 0; start < count; start += Operand.TileSize)
        {
            int length = Math.Min(Operand.TileSize, count - start);
            float* wide = (float*)source + start;
            if (typeof(T) != typeof(float))
            {
                wide = tile;
                Cast<T, float>((byte*)((T*)source + start), (byte*)tile, length);
            }
            if (to == DType.Float16)
                Conversions.NarrowToFloat16(wide, (ushort*)destination + start, length);
            else
                Conversions.NarrowToBFloat16(wide, (ushort*)destination + start, length);
        }
    }
}
