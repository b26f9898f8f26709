using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A step of a panel of two vectors, as it stands in memory.</summary>
unsafe interface IPanelStep<V>
{
    /// <summary>From one step of a panel to the next.</summary>
    static abstract int Bytes { get; }

    static abstract V First(byte* p);

    static abstract V Second(byte* p);
}

/// <summary>One vector after the other.</summary>
readonly unsafe struct PlainStep<T, V> : IPanelStep<V>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Count * sizeof(T);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First(byte* p) => V.Load((T*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second(byte* p) => V.Load((T*)p + V.Count);
}

/// <summary>Pairs of 16-bit floats: a lane of the first vector and one of the second.</summary>
readonly unsafe struct PairedStep<S, V> : IPanelStep<V>
    where S : struct, IHalfWords
    where V : unmanaged, ISimd<V, float>
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Count * sizeof(ushort);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First(byte* p) => S.First<V>((ushort*)p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second(byte* p) => S.Second<V>((ushort*)p);
}

/// <summary>
/// One row times panels: sums[i] = sum over k of x[k] W[k, i], each a chain in ascending k. Memory is read in the order in which it stands, where rows of W are runs on pages of
/// their own.
/// </summary>
static unsafe class PanelSums<T, V, L>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
    where L : struct, IPanelStep<V>
{
    /// <summary>Panels at once: four chains of multiply-adds hide their latency. More streams of memory, which lie a multiple of a page apart, push each other out of the caches.</summary>
    public const int AtOnce = 2;

    const long ElementsAtOnce = 1L << 15;    // for one thread to take
    const long PiecesPerThread = 2;

    /// <summary>Panels for a thread to take at once, of so many with so many elements each.</summary>
    public static long Group(long panels, long elements)
    {
        long least = Math.Max(1, ElementsAtOnce / elements), share = TiledGemm.CeilDiv(panels, ParallelFor.Threads * PiecesPerThread);
        return TiledGemm.CeilDiv(Math.Max(least, share), AtOnce) * AtOnce;
    }

    /// <summary>The sums of some whole panels.</summary>
    public static void Run(T* x, long steps, byte* panels, long count, T* sums)
    {
        for (; count >= AtOnce; count -= AtOnce, panels += AtOnce * steps * L.Bytes, sums += AtOnce * 2 * V.Count)
            Two(x, steps, panels, sums);
        if (count > 0)
            One(x, steps, panels, sums);
    }

    [MethodImpl(Jit.Full)]
    static void Two(T* x, long steps, byte* p, T* sums)
    {
        byte* q = p + (steps * L.Bytes);
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        for (long k = 0; k < steps; k++, p += L.Bytes, q += L.Bytes)
        {
            V v = V.Create(x[k]);
            a = V.MultiplyAdd(v, L.First(p), a);
            b = V.MultiplyAdd(v, L.Second(p), b);
            c = V.MultiplyAdd(v, L.First(q), c);
            d = V.MultiplyAdd(v, L.Second(q), d);
        }
        a.Store(sums);
        b.Store(sums + V.Count);
        c.Store(sums + (2 * V.Count));
        d.Store(sums + (3 * V.Count));
    }

    [MethodImpl(Jit.Full)]
    static void One(T* x, long steps, byte* p, T* sums)
    {
        V a = V.Zero, b = V.Zero;
        for (long k = 0; k < steps; k++, p += L.Bytes)
        {
            V v = V.Create(x[k]);
            a = V.MultiplyAdd(v, L.First(p), a);
            b = V.MultiplyAdd(v, L.Second(p), b);
        }
        a.Store(sums);
        b.Store(sums + V.Count);
    }

    /// <summary>Of a panel of one vector.</summary>
    [MethodImpl(Jit.Full)]
    public static void Half(T* x, long steps, T* panel, T* sums)
    {
        V a = V.Zero;
        for (long k = 0; k < steps; k++, panel += V.Count)
            a = V.MultiplyAdd(V.Create(x[k]), V.Load(panel), a);
        a.Store(sums);
    }
}
