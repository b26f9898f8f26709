using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Every second element of memory as a vector: what a stride of two needs.</summary>
static unsafe class EvenLanes<T, V>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>to[i] = from[2 i] for i below <paramref name="count"/>; nothing past from[2 (count - 1)] is read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* from, T* to, long count)
    {
        long i = 0;
        for (; i < count - V.Count; i += V.Count)
            Join(V.Load(from + (2 * i)), V.Load(from + (2 * i) + V.Count)).Store(to + i);
        int lanes = (int)(count - i), read = (2 * lanes) - 1;
        if (lanes > 0)
        {
            V low = V.LoadPartial(from + (2 * i), Math.Min(read, V.Count));
            V high = V.LoadPartial(from + (2 * i) + V.Count, Math.Max(0, read - V.Count));
            Join(low, high).StorePartial(to + i, lanes);
        }
    }

    /// <summary>Lanes 0, 2, 4, ... of two vectors that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join(V low, V high)
    {
        if (typeof(V) == typeof(V512<float>) && Avx512F.IsSupported)
        {
            var order = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            return Unsafe.BitCast<Vector512<float>, V>(
                Avx512F.PermuteVar16x32x2(Unsafe.BitCast<V, Vector512<float>>(low), order, Unsafe.BitCast<V, Vector512<float>>(high)));
        }
        if (typeof(V) == typeof(V512<double>) && Avx512F.IsSupported)
        {
            var order = Vector512.Create(0L, 2, 4, 6, 8, 10, 12, 14);
            return Unsafe.BitCast<Vector512<double>, V>(
                Avx512F.PermuteVar8x64x2(Unsafe.BitCast<V, Vector512<double>>(low), order, Unsafe.BitCast<V, Vector512<double>>(high)));
        }
        if (typeof(V) == typeof(V256<float>) && Avx2.IsSupported)
        {
            Vector256<float> pairs = Avx.Shuffle(Unsafe.BitCast<V, Vector256<float>>(low), Unsafe.BitCast<V, Vector256<float>>(high), 0x88);
            return Unsafe.BitCast<Vector256<double>, V>(Avx2.Permute4x64(pairs.AsDouble(), 0xD8));
        }
        if (typeof(V) == typeof(V256<double>) && Avx2.IsSupported)
        {
            Vector256<double> pairs = Avx.UnpackLow(Unsafe.BitCast<V, Vector256<double>>(low), Unsafe.BitCast<V, Vector256<double>>(high));
            return Unsafe.BitCast<Vector256<double>, V>(Avx2.Permute4x64(pairs, 0xD8));
        }
        if (typeof(V) == typeof(V128<float>) && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            Vector128<float> a = Unsafe.BitCast<V, Vector128<float>>(low), b = Unsafe.BitCast<V, Vector128<float>>(high);
            return Unsafe.BitCast<Vector128<float>, V>(Sse.IsSupported ? Sse.Shuffle(a, b, 0x88) : AdvSimd.Arm64.UnzipEven(a, b));
        }
        T* all = stackalloc T[2 * V.Count], even = stackalloc T[V.Count];
        low.Store(all);
        high.Store(all + V.Count);
        for (int i = 0; i < V.Count; i++)
            even[i] = all[2 * i];
        return V.Load(even);
    }
}
