using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>Between lane masks and arrays of booleans (one byte each, 0 or 1).</summary>
static unsafe class Masks
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector128<T> mask, byte* p)
        where T : unmanaged
    {
        if (sizeof(T) == 1)
        {
            (mask.AsByte() & Vector128<byte>.One).Store(p);
            return;
        }
        Vector128<ushort> words;
        if (sizeof(T) == 2)
        {
            words = mask.AsUInt16();
        }
        else
        {
            Vector128<uint> ints = sizeof(T) == 4 ? mask.AsUInt32() : Vector128.Narrow(mask.AsUInt64(), mask.AsUInt64());
            words = Vector128.Narrow(ints, ints);
        }
        Vector128<byte> bytes = Vector128.Narrow(words, words) & Vector128<byte>.One;
        if (sizeof(T) == 2)
            Unsafe.WriteUnaligned(p, bytes.AsUInt64().ToScalar());
        else if (sizeof(T) == 4)
            Unsafe.WriteUnaligned(p, bytes.AsUInt32().ToScalar());
        else
            Unsafe.WriteUnaligned(p, bytes.AsUInt16().ToScalar());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector256<T> mask, byte* p)
        where T : unmanaged
    {
        if (sizeof(T) == 1)
        {
            (mask.AsByte() & Vector256<byte>.One).Store(p);
        }
        else if (sizeof(T) == 2)
        {
            Vector128<ushort> low = mask.GetLower().AsUInt16(), high = mask.GetUpper().AsUInt16();
            (Vector128.Narrow(low, high) & Vector128<byte>.One).Store(p);
        }
        else if (sizeof(T) == 4)
        {
            Vector128<ushort> words = Vector128.Narrow(mask.GetLower().AsUInt32(), mask.GetUpper().AsUInt32());
            Unsafe.WriteUnaligned(p, (Vector128.Narrow(words, words) & Vector128<byte>.One).AsUInt64().ToScalar());
        }
        else
        {
            Vector128<uint> ints = Vector128.Narrow(mask.GetLower().AsUInt64(), mask.GetUpper().AsUInt64());
            Vector128<ushort> words = Vector128.Narrow(ints, ints);
            Unsafe.WriteUnaligned(p, (Vector128.Narrow(words, words) & Vector128<byte>.One).AsUInt32().ToScalar());
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(Vector512<T> mask, byte* p)
        where T : unmanaged
    {
        if (sizeof(T) == 1)
        {
            (mask.AsByte() & Vector512<byte>.One).Store(p);
        }
        else if (sizeof(T) == 2 && Avx512BW.IsSupported)
        {
            (Avx512BW.ConvertToVector256Byte(mask.AsUInt16()) & Vector256<byte>.One).Store(p);
        }
        else if (sizeof(T) == 4 && Avx512F.IsSupported)
        {
            (Avx512F.ConvertToVector128Byte(mask.AsUInt32()) & Vector128<byte>.One).Store(p);
        }
        else if (sizeof(T) == 8 && Avx512F.IsSupported)
        {
            Unsafe.WriteUnaligned(p, (Avx512F.ConvertToVector128Byte(mask.AsUInt64()) & Vector128<byte>.One).AsUInt64().ToScalar());
        }
        else
        {
            Store(mask.GetLower(), p);
            Store(mask.GetUpper(), p + Vector256<T>.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load128<T>(byte* p)
        where T : unmanaged
    {
        Vector128<T> lanes;
        if (sizeof(T) == 1)
            lanes = Vector128.Load(p).As<byte, T>();
        else if (sizeof(T) == 2)
            lanes = Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p)).AsByte()).As<ushort, T>();
        else if (sizeof(T) == 4)
            lanes = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(p)).AsByte())).As<uint, T>();
        else
            lanes = Vector128.Create(p[0], (ulong)p[1]).As<ulong, T>();
        return ~Zeros(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load256<T>(byte* p)
        where T : unmanaged
    {
        Vector256<T> lanes;
        if (sizeof(T) == 1)
            lanes = Vector256.Load(p).As<byte, T>();
        else if (sizeof(T) == 2 && Avx2.IsSupported)
            lanes = Avx2.ConvertToVector256Int16(Vector128.Load(p)).As<short, T>();
        else if (sizeof(T) == 4 && Avx2.IsSupported)
            lanes = Avx2.ConvertToVector256Int32(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p)).AsByte()).As<int, T>();
        else if (sizeof(T) == 8 && Avx2.IsSupported)
            lanes = Avx2.ConvertToVector256Int64(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(p)).AsByte()).As<long, T>();
        else
            return Vector256.Create(Load128<T>(p), Load128<T>(p + Vector128<T>.Count));
        return ~Zeros(lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load512<T>(byte* p)
        where T : unmanaged
    {
        Vector512<T> lanes;
        if (sizeof(T) == 1)
            lanes = Vector512.Load(p).As<byte, T>();
        else if (sizeof(T) == 2 && Avx512BW.IsSupported)
            lanes = Avx512BW.ConvertToVector512Int16(Vector256.Load(p)).As<short, T>();
        else if (sizeof(T) == 4 && Avx512F.IsSupported)
            lanes = Avx512F.ConvertToVector512Int32(Vector128.Load(p)).As<int, T>();
        else if (sizeof(T) == 8 && Avx512F.IsSupported)
            lanes = Avx512F.ConvertToVector512Int64(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p)).AsByte()).As<long, T>();
        else
            return Vector512.Create(Load256<T>(p), Load256<T>(p + Vector256<T>.Count));
        return ~Zeros(lanes);
    }

    // As integers: the bits of a small integer would compare as a denormal.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<T> Zeros<T>(Vector128<T> v)
        where T : unmanaged => V128<T>.EqualBits(v, Vector128<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<T> Zeros<T>(Vector256<T> v)
        where T : unmanaged => V256<T>.EqualBits(v, Vector256<T>.Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<T> Zeros<T>(Vector512<T> v)
        where T : unmanaged => V512<T>.EqualBits(v, Vector512<T>.Zero);
}
