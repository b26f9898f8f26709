using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>The first lanes of a vector from and to memory, by masked moves where the hardware has them: no call, and no byte past the end touched.</summary>
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store256<T>(T* p, int count, Vector256<T> value)
        where T : unmanaged
    {
        if (Avx2.IsSupported && sizeof(T) == 4)
            Avx.MaskStore((float*)p, Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle(), value.As<T, float>());
        else if (Avx2.IsSupported && sizeof(T) == 8)
            Avx.MaskStore((double*)p, Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble(), value.As<T, double>());
        else
            Unsafe.CopyBlockUnaligned(p, &value, (uint)(count * sizeof(T)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> First512x4(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> First512x8(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();
}
