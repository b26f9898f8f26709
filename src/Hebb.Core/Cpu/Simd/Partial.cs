using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>The first lanes of a vector from and to memory, by masked moves where the hardware has quick ones: no call, and no byte past the end touched.</summary>
static unsafe class Partial
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load512<T>(T* p, int count)
        where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4)
            return Avx512F.MaskLoad((float*)p, First512x4(count), Vector512<float>.Zero).As<float, T>();
        if (Avx512F.IsSupported && sizeof(T) == 8)
            return Avx512F.MaskLoad((double*)p, First512x8(count), Vector512<double>.Zero).As<double, T>();
        Vector512<T> v = default;
        Unsafe.CopyBlockUnaligned(&v, p, (uint)(count * sizeof(T)));
        return v;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store512<T>(T* p, int count, Vector512<T> value)
        where T : unmanaged
    {
        if (Avx512F.IsSupported && sizeof(T) == 4)
            Avx512F.MaskStore((float*)p, First512x4(count), value.As<T, float>());
        else if (Avx512F.IsSupported && sizeof(T) == 8)
            Avx512F.MaskStore((double*)p, First512x8(count), value.As<T, double>());
        else
            Unsafe.CopyBlockUnaligned(p, &value, (uint)(count * sizeof(T)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load256<T>(T* p, int count)
        where T : unmanaged
    {
        if (Avx2.IsSupported && sizeof(T) == 4)
            return Avx.MaskLoad((float*)p, Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle()).As<float, T>();
        if (Avx2.IsSupported && sizeof(T) == 8)
            return Avx.MaskLoad((double*)p, Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble()).As<double, T>();
        Vector256<T> v = default;
        Unsafe.CopyBlockUnaligned(&v, p, (uint)(count * sizeof(T)));
        return v;
    }

    // In pieces: AMD's processors take a dozen cycles for a masked store of this width.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store256<T>(T* p, int count, Vector256<T> value)
        where T : unmanaged
    {
        if (count >= Vector256<T>.Count)
        {
            value.Store(p);
            return;
        }
        if (sizeof(T) != 4 && sizeof(T) != 8)
        {
            Unsafe.CopyBlockUnaligned(p, &value, (uint)(count * sizeof(T)));
            return;
        }
        Vector128<T> rest = value.GetLower();
        if (count >= Vector128<T>.Count)
        {
            rest.Store(p);
            p += Vector128<T>.Count;
            count -= Vector128<T>.Count;
            rest = value.GetUpper();
        }
        if (sizeof(T) == 8)
        {
            if (count > 0)
                *p = rest.ToScalar();
            return;
        }
        if (count >= 2)
        {
            *(double*)p = rest.AsDouble().ToScalar();
            p += 2;
            count -= 2;
            rest = Vector128.Shuffle(rest.AsDouble(), Vector128.Create(1L, 1L)).As<double, T>();
        }
        if (count > 0)
            *p = rest.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> First512x4(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> First512x8(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();
}
