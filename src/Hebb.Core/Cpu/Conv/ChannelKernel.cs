using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>What one call of a channel kernel works on: some consecutive places by one to three vectors of output channels.</summary>
unsafe struct ChannelArgs<T>
    where T : unmanaged
{
    public long K;

    /// <summary>Place r, term k of the input is A[Offsets[k] + r].</summary>
    public T* A;
    public int* Offsets;

    /// <summary>The weights of the terms follow each other, as many vectors each as the kernel is wide.</summary>
    public T* B;

    /// <summary>The start of the sums: one value a channel.</summary>
    public T* Bias;

    /// <summary>[places, channels], dense.</summary>
    public T* Sums;
}

/// <summary>
/// The inner loop of a convolution with output channels along the vectors: an input element is broadcast to all of them, so rows of any length
/// fill the registers. Each sum is one chain of multiply-adds in ascending k.
/// </summary>
/// <remarks>
/// <c>R</c> is a struct whose size in bytes is the number of places, <c>W</c> one whose size is the number of vectors: constants to the JIT.
/// With 512-bit vectors 14 places by 2 vectors or 9 by 3 fill the registers.
/// </remarks>
static unsafe class ChannelKernel
{
    const int PrefetchSteps = 12;

    [MethodImpl(Jit.Full)]
    public static void Run<T, V, R, W>(ChannelArgs<T>* args)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
        where R : unmanaged
        where W : unmanaged
    {
        T* bias = args->Bias;
        V sa = V.Load(bias), sb = sizeof(W) > 1 ? V.Load(bias + V.Count) : V.Zero, sc = sizeof(W) > 2 ? V.Load(bias + (2 * V.Count)) : V.Zero;
        V c0a = sa, c0b = sb, c0c = sc;
        V c1a = sa, c1b = sb, c1c = sc;
        V c2a = sa, c2b = sb, c2c = sc;
        V c3a = sa, c3b = sb, c3c = sc;
        V c4a = sa, c4b = sb, c4c = sc;
        V c5a = sa, c5b = sb, c5c = sc;
        V c6a = sa, c6b = sb, c6c = sc;
        V c7a = sa, c7b = sb, c7c = sc;
        V c8a = sa, c8b = sb, c8c = sc;
        V c9a = sa, c9b = sb;
        V c10a = sa, c10b = sb;
        V c11a = sa, c11b = sb;
        V c12a = sa, c12b = sb;
        V c13a = sa, c13b = sb;
        T* a = args->A, b = args->B;
        int* offsets = args->Offsets;
        for (long k = args->K; k > 0; k--)
        {
            T* p = a + *offsets;
            offsets++;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(b + (PrefetchSteps * sizeof(W) * V.Count));
                if (sizeof(W) * V.Count * sizeof(T) > 64)
                    Sse.Prefetch0(b + (PrefetchSteps * sizeof(W) * V.Count) + (64 / sizeof(T)));
                if (sizeof(W) * V.Count * sizeof(T) > 128)
                    Sse.Prefetch0(b + (PrefetchSteps * sizeof(W) * V.Count) + (128 / sizeof(T)));
            }
            V wa = V.Load(b), wb = sizeof(W) > 1 ? V.Load(b + V.Count) : V.Zero, wc = sizeof(W) > 2 ? V.Load(b + (2 * V.Count)) : V.Zero;
            b += sizeof(W) * V.Count;
            V x;
            if (sizeof(R) > 0) { x = V.Create(p[0]); c0a = V.MultiplyAdd(x, wa, c0a); if (sizeof(W) > 1) c0b = V.MultiplyAdd(x, wb, c0b); if (sizeof(W) > 2) c0c = V.MultiplyAdd(x, wc, c0c); }
            if (sizeof(R) > 1) { x = V.Create(p[1]); c1a = V.MultiplyAdd(x, wa, c1a); if (sizeof(W) > 1) c1b = V.MultiplyAdd(x, wb, c1b); if (sizeof(W) > 2) c1c = V.MultiplyAdd(x, wc, c1c); }
            if (sizeof(R) > 2) { x = V.Create(p[2]); c2a = V.MultiplyAdd(x, wa, c2a); if (sizeof(W) > 1) c2b = V.MultiplyAdd(x, wb, c2b); if (sizeof(W) > 2) c2c = V.MultiplyAdd(x, wc, c2c); }
            if (sizeof(R) > 3) { x = V.Create(p[3]); c3a = V.MultiplyAdd(x, wa, c3a); if (sizeof(W) > 1) c3b = V.MultiplyAdd(x, wb, c3b); if (sizeof(W) > 2) c3c = V.MultiplyAdd(x, wc, c3c); }
            if (sizeof(R) > 4) { x = V.Create(p[4]); c4a = V.MultiplyAdd(x, wa, c4a); if (sizeof(W) > 1) c4b = V.MultiplyAdd(x, wb, c4b); if (sizeof(W) > 2) c4c = V.MultiplyAdd(x, wc, c4c); }
            if (sizeof(R) > 5) { x = V.Create(p[5]); c5a = V.MultiplyAdd(x, wa, c5a); if (sizeof(W) > 1) c5b = V.MultiplyAdd(x, wb, c5b); if (sizeof(W) > 2) c5c = V.MultiplyAdd(x, wc, c5c); }
            if (sizeof(R) > 6) { x = V.Create(p[6]); c6a = V.MultiplyAdd(x, wa, c6a); if (sizeof(W) > 1) c6b = V.MultiplyAdd(x, wb, c6b); if (sizeof(W) > 2) c6c = V.MultiplyAdd(x, wc, c6c); }
            if (sizeof(R) > 7) { x = V.Create(p[7]); c7a = V.MultiplyAdd(x, wa, c7a); if (sizeof(W) > 1) c7b = V.MultiplyAdd(x, wb, c7b); if (sizeof(W) > 2) c7c = V.MultiplyAdd(x, wc, c7c); }
            if (sizeof(R) > 8) { x = V.Create(p[8]); c8a = V.MultiplyAdd(x, wa, c8a); if (sizeof(W) > 1) c8b = V.MultiplyAdd(x, wb, c8b); if (sizeof(W) > 2) c8c = V.MultiplyAdd(x, wc, c8c); }
            if (sizeof(R) > 9) { x = V.Create(p[9]); c9a = V.MultiplyAdd(x, wa, c9a); if (sizeof(W) > 1) c9b = V.MultiplyAdd(x, wb, c9b); }
            if (sizeof(R) > 10) { x = V.Create(p[10]); c10a = V.MultiplyAdd(x, wa, c10a); if (sizeof(W) > 1) c10b = V.MultiplyAdd(x, wb, c10b); }
            if (sizeof(R) > 11) { x = V.Create(p[11]); c11a = V.MultiplyAdd(x, wa, c11a); if (sizeof(W) > 1) c11b = V.MultiplyAdd(x, wb, c11b); }
            if (sizeof(R) > 12) { x = V.Create(p[12]); c12a = V.MultiplyAdd(x, wa, c12a); if (sizeof(W) > 1) c12b = V.MultiplyAdd(x, wb, c12b); }
            if (sizeof(R) > 13) { x = V.Create(p[13]); c13a = V.MultiplyAdd(x, wa, c13a); if (sizeof(W) > 1) c13b = V.MultiplyAdd(x, wb, c13b); }
        }

        T* c = args->Sums;
        if (sizeof(R) > 0) { c0a.Store(c); if (sizeof(W) > 1) c0b.Store(c + V.Count); if (sizeof(W) > 2) c0c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 1) { c1a.Store(c); if (sizeof(W) > 1) c1b.Store(c + V.Count); if (sizeof(W) > 2) c1c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 2) { c2a.Store(c); if (sizeof(W) > 1) c2b.Store(c + V.Count); if (sizeof(W) > 2) c2c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 3) { c3a.Store(c); if (sizeof(W) > 1) c3b.Store(c + V.Count); if (sizeof(W) > 2) c3c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 4) { c4a.Store(c); if (sizeof(W) > 1) c4b.Store(c + V.Count); if (sizeof(W) > 2) c4c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 5) { c5a.Store(c); if (sizeof(W) > 1) c5b.Store(c + V.Count); if (sizeof(W) > 2) c5c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 6) { c6a.Store(c); if (sizeof(W) > 1) c6b.Store(c + V.Count); if (sizeof(W) > 2) c6c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 7) { c7a.Store(c); if (sizeof(W) > 1) c7b.Store(c + V.Count); if (sizeof(W) > 2) c7c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 8) { c8a.Store(c); if (sizeof(W) > 1) c8b.Store(c + V.Count); if (sizeof(W) > 2) c8c.Store(c + (2 * V.Count)); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 9) { c9a.Store(c); if (sizeof(W) > 1) c9b.Store(c + V.Count); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 10) { c10a.Store(c); if (sizeof(W) > 1) c10b.Store(c + V.Count); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 11) { c11a.Store(c); if (sizeof(W) > 1) c11b.Store(c + V.Count); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 12) { c12a.Store(c); if (sizeof(W) > 1) c12b.Store(c + V.Count); c += sizeof(W) * V.Count; }
        if (sizeof(R) > 13) { c13a.Store(c); if (sizeof(W) > 1) c13b.Store(c + V.Count); c += sizeof(W) * V.Count; }
    }

    /// <summary>The kernel for <paramref name="rows"/> places and <paramref name="vectors"/> vectors. It is compiled when first called.</summary>
    public static delegate*<ChannelArgs<T>*, void> For<T, V>(int rows, int vectors)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => vectors switch
        {
            1 => For<T, V, Size1>(rows),
            2 => For<T, V, Size2>(rows),
            _ => For<T, V, Size3>(rows),
        };

    static delegate*<ChannelArgs<T>*, void> For<T, V, W>(int rows)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
        where W : unmanaged => rows switch
        {
            1 => &Run<T, V, Size1, W>,
            2 => &Run<T, V, Size2, W>,
            3 => &Run<T, V, Size3, W>,
            4 => &Run<T, V, Size4, W>,
            5 => &Run<T, V, Size5, W>,
            6 => &Run<T, V, Size6, W>,
            7 => &Run<T, V, Size7, W>,
            8 => &Run<T, V, Size8, W>,
            9 => &Run<T, V, Size9, W>,
            10 => &Run<T, V, Size10, W>,
            11 => &Run<T, V, Size11, W>,
            12 => &Run<T, V, Size12, W>,
            13 => &Run<T, V, Size13, W>,
            _ => &Run<T, V, Size14, W>,
        };

    [StructLayout(LayoutKind.Sequential, Size = 1)]
    struct Size1;

    [StructLayout(LayoutKind.Sequential, Size = 2)]
    struct Size2;

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    struct Size3;

    [StructLayout(LayoutKind.Sequential, Size = 4)]
    struct Size4;

    [StructLayout(LayoutKind.Sequential, Size = 5)]
    struct Size5;

    [StructLayout(LayoutKind.Sequential, Size = 6)]
    struct Size6;

    [StructLayout(LayoutKind.Sequential, Size = 7)]
    struct Size7;

    [StructLayout(LayoutKind.Sequential, Size = 8)]
    struct Size8;

    [StructLayout(LayoutKind.Sequential, Size = 9)]
    struct Size9;

    [StructLayout(LayoutKind.Sequential, Size = 10)]
    struct Size10;

    [StructLayout(LayoutKind.Sequential, Size = 11)]
    struct Size11;

    [StructLayout(LayoutKind.Sequential, Size = 12)]
    struct Size12;

    [StructLayout(LayoutKind.Sequential, Size = 13)]
    struct Size13;

    [StructLayout(LayoutKind.Sequential, Size = 14)]
    struct Size14;
}
