using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Every second element of memory, read or written: what a stride of two needs.</summary>
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

    /// <summary>The same for who writes what follows later: it may write past to[count - 1], but reads nothing from <paramref name="last"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyOver(T* from, T* to, long count, T* last)
    {
        if (last - from < 2 * ((count + V.Count - 1) & -V.Count))
        {
            Copy(from, to, count);
            return;
        }
        for (long i = 0; i < count; i += V.Count)
            Join(V.Load(from + (2 * i)), V.Load(from + (2 * i) + V.Count)).Store(to + i);
    }

    /// <summary>to[2 i] = from[i] for i below <paramref name="count"/>; every other element of to[0] up to to[cells - 1] becomes <paramref name="rest"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Spread(T* from, long count, V rest, T* to, long cells)
    {
        long i = 0;
        for (; i <= count - V.Count && 2 * (i + V.Count) <= cells; i += V.Count)
        {
            Split(V.Load(from + i), rest, out V low, out V high);
            low.Store(to + (2 * i));
            high.Store(to + (2 * i) + V.Count);
        }
        if (i < count)
        {
            int lanes = (int)(count - i);
            long room = Math.Min(2 * lanes, cells - (2 * i));
            Split(V.LoadPartial(from + i, lanes), rest, out V low, out V high);
            low.StorePartial(to + (2 * i), (int)Math.Min(V.Count, room));
            if (room > V.Count)
                high.StorePartial(to + (2 * i) + V.Count, (int)(room - V.Count));
        }
        for (long c = 2 * count; c < cells; c += V.Count)
            rest.StorePartial(to + c, (int)Math.Min(V.Count, cells - c));
    }

    /// <summary>to[2 i] = even[i] and to[2 i + 1] = odd[i], up to to[count - 1]. Whole vectors of both are read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Merge(T* even, T* odd, T* to, long count)
    {
        for (long i = 0; i < count; i += 2 * V.Count, even += V.Count, odd += V.Count)
        {
            Split(V.Load(even), V.Load(odd), out V low, out V high);
            if (count - i >= 2 * V.Count)
            {
                low.Store(to + i);
                high.Store(to + i + V.Count);
                continue;
            }
            low.StorePartial(to + i, (int)Math.Min(V.Count, count - i));
            high.StorePartial(to + i + V.Count, (int)Math.Max(0, count - i - V.Count));
        }
    }

    // v0 r v1 r v2 r ...
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Split(V v, V rest, out V low, out V high)
    {
        if (Avx512F.IsSupported && typeof(V) == typeof(V512<float>))
        {
            Vector512<float> a = Unsafe.BitCast<V, Vector512<float>>(v), b = Unsafe.BitCast<V, Vector512<float>>(rest);
            var first = Vector512.Create(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            low = Unsafe.BitCast<Vector512<float>, V>(Avx512F.PermuteVar16x32x2(a, first, b));
            high = Unsafe.BitCast<Vector512<float>, V>(Avx512F.PermuteVar16x32x2(a, first + Vector512.Create(8), b));
            return;
        }
        if (typeof(V) == typeof(V256<float>) && Avx2.IsSupported)
        {
            Vector256<float> a = Unsafe.BitCast<V, Vector256<float>>(v), b = Unsafe.BitCast<V, Vector256<float>>(rest);
            Vector256<float> l = Avx.UnpackLow(a, b), h = Avx.UnpackHigh(a, b);
            low = Unsafe.BitCast<Vector256<float>, V>(Avx.Permute2x128(l, h, 0x20));
            high = Unsafe.BitCast<Vector256<float>, V>(Avx.Permute2x128(l, h, 0x31));
            return;
        }
        T* all = stackalloc T[V.Count], other = stackalloc T[V.Count], both = stackalloc T[2 * V.Count];
        v.Store(all);
        rest.Store(other);
        for (int i = 0; i < V.Count; i++)
        {
            both[2 * i] = all[i];
            both[(2 * i) + 1] = other[i];
        }
        low = V.Load(both);
        high = V.Load(both + V.Count);
    }

    /// <summary>The lanes of <see cref="Join"/> in an order of their own, in one instruction; <see cref="Settle"/> brings what was made of them, lane by lane, into order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V JoinLoose(V low, V high) => typeof(V) == typeof(V256<float>) && Avx2.IsSupported
        ? Unsafe.BitCast<Vector256<float>, V>(Avx.Shuffle(Unsafe.BitCast<V, Vector256<float>>(low), Unsafe.BitCast<V, Vector256<float>>(high), 0x88))
        : Join(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Settle(V loose) => typeof(V) == typeof(V256<float>) && Avx2.IsSupported
        ? Unsafe.BitCast<Vector256<double>, V>(Avx2.Permute4x64(Unsafe.BitCast<V, Vector256<double>>(loose), 0xD8))
        : loose;

    /// <summary>Lanes 0, 2, 4, ... of two vectors that follow each other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join(V low, V high)
    {
        if (Avx512F.IsSupported && typeof(V) == typeof(V512<float>))
        {
            var order = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
            return Unsafe.BitCast<Vector512<float>, V>(
                Avx512F.PermuteVar16x32x2(Unsafe.BitCast<V, Vector512<float>>(low), order, Unsafe.BitCast<V, Vector512<float>>(high)));
        }
        if (Avx512F.IsSupported && typeof(V) == typeof(V512<double>))
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
