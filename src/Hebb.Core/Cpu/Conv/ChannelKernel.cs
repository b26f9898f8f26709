using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
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

    /// <summary>The start of the sums: one value a channel. Null to go on from what the sums hold.</summary>
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
/// With 512-bit vectors 14 places by 2 vectors or 9 by 3 fill the registers; with 16 registers 6 by 2 or 4 by 3.
/// </remarks>
static unsafe class ChannelKernel
{
    const int PrefetchSteps = 12;

    [MethodImpl(Jit.Full)]
    public static void Run<T, X, F, R, W>(ChannelArgs<T>* args)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
        where W : unmanaged
    {
        T* bias = args->Bias;
        int wide = F.Bytes / sizeof(T);
        X sa = F.Zero, sb = F.Zero, sc = F.Zero;
        if (bias != null)
        {
            sa = F.Load(bias);
            sb = sizeof(W) > 1 ? F.Load(bias + wide) : F.Zero;
            sc = sizeof(W) > 2 ? F.Load(bias + (2 * wide)) : F.Zero;
        }
        X c0a = sa, c0b = sb, c0c = sc;
        X c1a = sa, c1b = sb, c1c = sc;
        X c2a = sa, c2b = sb, c2c = sc;
        X c3a = sa, c3b = sb, c3c = sc;
        X c4a = sa, c4b = sb, c4c = sc;
        X c5a = sa, c5b = sb, c5c = sc;
        X c6a = sa, c6b = sb, c6c = sc;
        X c7a = sa, c7b = sb, c7c = sc;
        X c8a = sa, c8b = sb, c8c = sc;
        X c9a = sa, c9b = sb;
        X c10a = sa, c10b = sb;
        X c11a = sa, c11b = sb;
        X c12a = sa, c12b = sb;
        X c13a = sa, c13b = sb;
        if (bias == null)
        {
            T* p = args->Sums;
            if (sizeof(R) > 0) { c0a = F.Load(p); if (sizeof(W) > 1) c0b = F.Load(p + wide); if (sizeof(W) > 2) c0c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 1) { c1a = F.Load(p); if (sizeof(W) > 1) c1b = F.Load(p + wide); if (sizeof(W) > 2) c1c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 2) { c2a = F.Load(p); if (sizeof(W) > 1) c2b = F.Load(p + wide); if (sizeof(W) > 2) c2c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 3) { c3a = F.Load(p); if (sizeof(W) > 1) c3b = F.Load(p + wide); if (sizeof(W) > 2) c3c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 4) { c4a = F.Load(p); if (sizeof(W) > 1) c4b = F.Load(p + wide); if (sizeof(W) > 2) c4c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 5) { c5a = F.Load(p); if (sizeof(W) > 1) c5b = F.Load(p + wide); if (sizeof(W) > 2) c5c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 6) { c6a = F.Load(p); if (sizeof(W) > 1) c6b = F.Load(p + wide); if (sizeof(W) > 2) c6c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 7) { c7a = F.Load(p); if (sizeof(W) > 1) c7b = F.Load(p + wide); if (sizeof(W) > 2) c7c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 8) { c8a = F.Load(p); if (sizeof(W) > 1) c8b = F.Load(p + wide); if (sizeof(W) > 2) c8c = F.Load(p + (2 * wide)); p += sizeof(W) * wide; }
            if (sizeof(R) > 9) { c9a = F.Load(p); if (sizeof(W) > 1) c9b = F.Load(p + wide); p += sizeof(W) * wide; }
            if (sizeof(R) > 10) { c10a = F.Load(p); if (sizeof(W) > 1) c10b = F.Load(p + wide); p += sizeof(W) * wide; }
            if (sizeof(R) > 11) { c11a = F.Load(p); if (sizeof(W) > 1) c11b = F.Load(p + wide); p += sizeof(W) * wide; }
            if (sizeof(R) > 12) { c12a = F.Load(p); if (sizeof(W) > 1) c12b = F.Load(p + wide); p += sizeof(W) * wide; }
            if (sizeof(R) > 13) { c13a = F.Load(p); if (sizeof(W) > 1) c13b = F.Load(p + wide); }
        }
        T* a = args->A, b = args->B;
        int* offsets = args->Offsets;
        nint k = (nint)args->K;

        // Several steps at a time, for the same reason as in MicroKernel.
        for (nint rest = k - Steps<R, W>(); rest >= 0; rest -= Steps<R, W>())
        {
            T* p0 = a + offsets[0];
            Ask<T, X, F, W>(b, 0);
            X wa0 = F.Load(b), wb0 = sizeof(W) > 1 ? F.Load(b + (((0 * sizeof(W)) + 1) * wide)) : F.Zero, wc0 = sizeof(W) > 2 ? F.Load(b + (((0 * sizeof(W)) + 2) * wide)) : F.Zero;
            First<T, X, F, R, W>(p0, wa0, wb0, wc0, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            if (sizeof(R) > 4)
                Second<T, X, F, R, W>(p0, wa0, wb0, wc0, ref c4a, ref c4b, ref c4c, ref c5a, ref c5b, ref c5c, ref c6a, ref c6b, ref c6c, ref c7a, ref c7b, ref c7c, ref c8a, ref c8b, ref c8c);
            if (sizeof(R) > 9)
                Third<T, X, F, R, W>(p0, wa0, wb0, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            T* p1 = a + offsets[1];
            Ask<T, X, F, W>(b, 1);
            X wa1 = F.Load(b + (1 * sizeof(W) * wide)), wb1 = sizeof(W) > 1 ? F.Load(b + (((1 * sizeof(W)) + 1) * wide)) : F.Zero, wc1 = sizeof(W) > 2 ? F.Load(b + (((1 * sizeof(W)) + 2) * wide)) : F.Zero;
            First<T, X, F, R, W>(p1, wa1, wb1, wc1, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            if (sizeof(R) > 4)
                Second<T, X, F, R, W>(p1, wa1, wb1, wc1, ref c4a, ref c4b, ref c4c, ref c5a, ref c5b, ref c5c, ref c6a, ref c6b, ref c6c, ref c7a, ref c7b, ref c7c, ref c8a, ref c8b, ref c8c);
            if (sizeof(R) > 9)
                Third<T, X, F, R, W>(p1, wa1, wb1, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            if (Steps<R, W>() > 2)
            {
                T* p2 = a + offsets[2];
                Ask<T, X, F, W>(b, 2);
                X wa2 = F.Load(b + (2 * sizeof(W) * wide)), wb2 = sizeof(W) > 1 ? F.Load(b + (((2 * sizeof(W)) + 1) * wide)) : F.Zero, wc2 = sizeof(W) > 2 ? F.Load(b + (((2 * sizeof(W)) + 2) * wide)) : F.Zero;
                First<T, X, F, R, W>(p2, wa2, wb2, wc2, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
                if (sizeof(R) > 4)
                    Second<T, X, F, R, W>(p2, wa2, wb2, wc2, ref c4a, ref c4b, ref c4c, ref c5a, ref c5b, ref c5c, ref c6a, ref c6b, ref c6c, ref c7a, ref c7b, ref c7c, ref c8a, ref c8b, ref c8c);
                if (sizeof(R) > 9)
                    Third<T, X, F, R, W>(p2, wa2, wb2, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
                T* p3 = a + offsets[3];
                Ask<T, X, F, W>(b, 3);
                X wa3 = F.Load(b + (3 * sizeof(W) * wide)), wb3 = sizeof(W) > 1 ? F.Load(b + (((3 * sizeof(W)) + 1) * wide)) : F.Zero, wc3 = sizeof(W) > 2 ? F.Load(b + (((3 * sizeof(W)) + 2) * wide)) : F.Zero;
                First<T, X, F, R, W>(p3, wa3, wb3, wc3, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
                if (sizeof(R) > 4)
                    Second<T, X, F, R, W>(p3, wa3, wb3, wc3, ref c4a, ref c4b, ref c4c, ref c5a, ref c5b, ref c5c, ref c6a, ref c6b, ref c6c, ref c7a, ref c7b, ref c7c, ref c8a, ref c8b, ref c8c);
                if (sizeof(R) > 9)
                    Third<T, X, F, R, W>(p3, wa3, wb3, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            }
            b += Steps<R, W>() * sizeof(W) * wide;
            offsets += Steps<R, W>();
        }
        for (k &= Steps<R, W>() - 1; k > 0; k--)
        {
            T* p0 = a + offsets[0];
            Ask<T, X, F, W>(b, 0);
            X wa0 = F.Load(b), wb0 = sizeof(W) > 1 ? F.Load(b + (((0 * sizeof(W)) + 1) * wide)) : F.Zero, wc0 = sizeof(W) > 2 ? F.Load(b + (((0 * sizeof(W)) + 2) * wide)) : F.Zero;
            First<T, X, F, R, W>(p0, wa0, wb0, wc0, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            if (sizeof(R) > 4)
                Second<T, X, F, R, W>(p0, wa0, wb0, wc0, ref c4a, ref c4b, ref c4c, ref c5a, ref c5b, ref c5c, ref c6a, ref c6b, ref c6c, ref c7a, ref c7b, ref c7c, ref c8a, ref c8b, ref c8c);
            if (sizeof(R) > 9)
                Third<T, X, F, R, W>(p0, wa0, wb0, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            b += sizeof(W) * wide;
            offsets++;
        }

        T* c = args->Sums;
        if (sizeof(R) > 0) { F.Store(c0a, c); if (sizeof(W) > 1) F.Store(c0b, c + wide); if (sizeof(W) > 2) F.Store(c0c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 1) { F.Store(c1a, c); if (sizeof(W) > 1) F.Store(c1b, c + wide); if (sizeof(W) > 2) F.Store(c1c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 2) { F.Store(c2a, c); if (sizeof(W) > 1) F.Store(c2b, c + wide); if (sizeof(W) > 2) F.Store(c2c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 3) { F.Store(c3a, c); if (sizeof(W) > 1) F.Store(c3b, c + wide); if (sizeof(W) > 2) F.Store(c3c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 4) { F.Store(c4a, c); if (sizeof(W) > 1) F.Store(c4b, c + wide); if (sizeof(W) > 2) F.Store(c4c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 5) { F.Store(c5a, c); if (sizeof(W) > 1) F.Store(c5b, c + wide); if (sizeof(W) > 2) F.Store(c5c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 6) { F.Store(c6a, c); if (sizeof(W) > 1) F.Store(c6b, c + wide); if (sizeof(W) > 2) F.Store(c6c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 7) { F.Store(c7a, c); if (sizeof(W) > 1) F.Store(c7b, c + wide); if (sizeof(W) > 2) F.Store(c7c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 8) { F.Store(c8a, c); if (sizeof(W) > 1) F.Store(c8b, c + wide); if (sizeof(W) > 2) F.Store(c8c, c + (2 * wide)); c += sizeof(W) * wide; }
        if (sizeof(R) > 9) { F.Store(c9a, c); if (sizeof(W) > 1) F.Store(c9b, c + wide); c += sizeof(W) * wide; }
        if (sizeof(R) > 10) { F.Store(c10a, c); if (sizeof(W) > 1) F.Store(c10b, c + wide); c += sizeof(W) * wide; }
        if (sizeof(R) > 11) { F.Store(c11a, c); if (sizeof(W) > 1) F.Store(c11b, c + wide); c += sizeof(W) * wide; }
        if (sizeof(R) > 12) { F.Store(c12a, c); if (sizeof(W) > 1) F.Store(c12b, c + wide); c += sizeof(W) * wide; }
        if (sizeof(R) > 13) { F.Store(c13a, c); if (sizeof(W) > 1) F.Store(c13b, c + wide); }
    }

    /// <summary>Steps at a time: as many as there are few sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Steps<R, W>()
        where R : unmanaged
        where W : unmanaged => sizeof(R) * sizeof(W) <= 12 ? 4 : 2;

    // Weights follow each other; the wide ones pass faster than the hardware looks ahead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ask<T, X, F, W>(T* b, int step)
        where T : unmanaged
        where F : ITileVector<X, T>
        where W : unmanaged
    {
        if (!Sse.IsSupported || F.Bytes < 64)
            return;
        byte* q = (byte*)b + ((PrefetchSteps + step) * sizeof(W) * F.Bytes);
        Sse.Prefetch0(q);
        if (sizeof(W) > 1)
            Sse.Prefetch0(q + 64);
        if (sizeof(W) > 2)
            Sse.Prefetch0(q + 128);
    }

    /// <summary>One step of places 0 to 3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void First<T, X, F, R, W>(
        T* p, X wa, X wb, X wc,
        ref X c0a, ref X c0b, ref X c0c, ref X c1a, ref X c1b, ref X c1c, ref X c2a, ref X c2b, ref X c2c, ref X c3a, ref X c3b, ref X c3c)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
        where W : unmanaged
    {
        X x;
        if (sizeof(R) > 0) { x = F.Create(p[0]); c0a = F.MultiplyAdd(x, wa, c0a); if (sizeof(W) > 1) c0b = F.MultiplyAdd(x, wb, c0b); if (sizeof(W) > 2) c0c = F.MultiplyAdd(x, wc, c0c); }
        if (sizeof(R) > 1) { x = F.Create(p[1]); c1a = F.MultiplyAdd(x, wa, c1a); if (sizeof(W) > 1) c1b = F.MultiplyAdd(x, wb, c1b); if (sizeof(W) > 2) c1c = F.MultiplyAdd(x, wc, c1c); }
        if (sizeof(R) > 2) { x = F.Create(p[2]); c2a = F.MultiplyAdd(x, wa, c2a); if (sizeof(W) > 1) c2b = F.MultiplyAdd(x, wb, c2b); if (sizeof(W) > 2) c2c = F.MultiplyAdd(x, wc, c2c); }
        if (sizeof(R) > 3) { x = F.Create(p[3]); c3a = F.MultiplyAdd(x, wa, c3a); if (sizeof(W) > 1) c3b = F.MultiplyAdd(x, wb, c3b); if (sizeof(W) > 2) c3c = F.MultiplyAdd(x, wc, c3c); }
    }

    /// <summary>One step of places 4 to 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Second<T, X, F, R, W>(
        T* p, X wa, X wb, X wc,
        ref X c4a, ref X c4b, ref X c4c, ref X c5a, ref X c5b, ref X c5c, ref X c6a, ref X c6b, ref X c6c, ref X c7a, ref X c7b, ref X c7c, ref X c8a, ref X c8b, ref X c8c)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
        where W : unmanaged
    {
        X x;
        if (sizeof(R) > 4) { x = F.Create(p[4]); c4a = F.MultiplyAdd(x, wa, c4a); if (sizeof(W) > 1) c4b = F.MultiplyAdd(x, wb, c4b); if (sizeof(W) > 2) c4c = F.MultiplyAdd(x, wc, c4c); }
        if (sizeof(R) > 5) { x = F.Create(p[5]); c5a = F.MultiplyAdd(x, wa, c5a); if (sizeof(W) > 1) c5b = F.MultiplyAdd(x, wb, c5b); if (sizeof(W) > 2) c5c = F.MultiplyAdd(x, wc, c5c); }
        if (sizeof(R) > 6) { x = F.Create(p[6]); c6a = F.MultiplyAdd(x, wa, c6a); if (sizeof(W) > 1) c6b = F.MultiplyAdd(x, wb, c6b); if (sizeof(W) > 2) c6c = F.MultiplyAdd(x, wc, c6c); }
        if (sizeof(R) > 7) { x = F.Create(p[7]); c7a = F.MultiplyAdd(x, wa, c7a); if (sizeof(W) > 1) c7b = F.MultiplyAdd(x, wb, c7b); if (sizeof(W) > 2) c7c = F.MultiplyAdd(x, wc, c7c); }
        if (sizeof(R) > 8) { x = F.Create(p[8]); c8a = F.MultiplyAdd(x, wa, c8a); if (sizeof(W) > 1) c8b = F.MultiplyAdd(x, wb, c8b); if (sizeof(W) > 2) c8c = F.MultiplyAdd(x, wc, c8c); }
    }

    /// <summary>One step of places 9 to 13.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Third<T, X, F, R, W>(
        T* p, X wa, X wb,
        ref X c9a, ref X c9b, ref X c10a, ref X c10b, ref X c11a, ref X c11b, ref X c12a, ref X c12b, ref X c13a, ref X c13b)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
        where W : unmanaged
    {
        X x;
        if (sizeof(R) > 9) { x = F.Create(p[9]); c9a = F.MultiplyAdd(x, wa, c9a); if (sizeof(W) > 1) c9b = F.MultiplyAdd(x, wb, c9b); }
        if (sizeof(R) > 10) { x = F.Create(p[10]); c10a = F.MultiplyAdd(x, wa, c10a); if (sizeof(W) > 1) c10b = F.MultiplyAdd(x, wb, c10b); }
        if (sizeof(R) > 11) { x = F.Create(p[11]); c11a = F.MultiplyAdd(x, wa, c11a); if (sizeof(W) > 1) c11b = F.MultiplyAdd(x, wb, c11b); }
        if (sizeof(R) > 12) { x = F.Create(p[12]); c12a = F.MultiplyAdd(x, wa, c12a); if (sizeof(W) > 1) c12b = F.MultiplyAdd(x, wb, c12b); }
        if (sizeof(R) > 13) { x = F.Create(p[13]); c13a = F.MultiplyAdd(x, wa, c13a); if (sizeof(W) > 1) c13b = F.MultiplyAdd(x, wb, c13b); }
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
        where W : unmanaged => (V.Count * sizeof(T)) switch
        {
            64 => For<T, Vector512<T>, Tile512<T>, W>(rows),
            32 => For<T, Vector256<T>, Tile256<T>, W>(rows),
            _ => For<T, Vector128<T>, Tile128<T>, W>(rows),
        };

    static delegate*<ChannelArgs<T>*, void> For<T, X, F, W>(int rows)
        where T : unmanaged
        where F : ITileVector<X, T>
        where W : unmanaged => rows switch
        {
            1 => &Run<T, X, F, Size1, W>,
            2 => &Run<T, X, F, Size2, W>,
            3 => &Run<T, X, F, Size3, W>,
            4 => &Run<T, X, F, Size4, W>,
            5 => &Run<T, X, F, Size5, W>,
            6 => &Run<T, X, F, Size6, W>,
            7 => &Run<T, X, F, Size7, W>,
            8 => &Run<T, X, F, Size8, W>,
            9 => &Run<T, X, F, Size9, W>,
            10 => &Run<T, X, F, Size10, W>,
            11 => &Run<T, X, F, Size11, W>,
            12 => &Run<T, X, F, Size12, W>,
            13 => &Run<T, X, F, Size13, W>,
            _ => &Run<T, X, F, Size14, W>,
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
