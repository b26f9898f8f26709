using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>
/// Results too large for the caches. Written like others they would first be read, line by line, and push out what is still wanted; so kernels store
/// them to memory directly, or where they can't, by way of a tile in the first-level cache. The bits are the same either way.
/// </summary>
internal static unsafe class Streaming
{
    /// <summary>How far ahead of their use inputs are fetched beside such a result, in bytes.</summary>
    public const int Ahead = 4 << 10;

    /// <summary>The same where a loop is at several rows at once, which takes longer: two rows of 4 KiB (Zen 5: layer normalisation 1.07, softmax 1.06; others don't care).</summary>
    public const int AheadOfRows = 8 << 10;

    /// <summary>Bytes from which a result counts as too large.</summary>
    private const long Threshold = 16L << 20;

    private const int Line = 64;

    /// <summary>Whether a result of this size goes past the caches.</summary>
    public static bool Pays(byte* y, long bytes) => Sse2.IsSupported && bytes >= Threshold && (nint)y % Line == 0;

    /// <summary>Asks for a line. Any address will do.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* p)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(p);
    }

    /// <summary>Asks for the lines of some vectors, up to four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch<V, T>(T* p, int vectors)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        int bytes = vectors * V.Count * sizeof(T);
        Prefetch(p);
        if (bytes > Line)
            Prefetch((byte*)p + Line);
        if (bytes > 2 * Line)
            Prefetch((byte*)p + 2 * Line);
        if (bytes > 3 * Line)
            Prefetch((byte*)p + 3 * Line);
    }

    /// <summary>Writes a tile past the caches, and fetches as many bytes of two inputs read next. Only whole lines go that way, which a tile that begins at one has most of.</summary>
    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    public static void Write(byte* tile, byte* to, long bytes, byte* next, byte* other)
    {
        long i = 0;
        for (long head = Math.Min(-(nint)to & (Line - 1), bytes); i < head; i++)
            to[i] = tile[i];
        for (; i <= bytes - Line; i += Line)
        {
            Prefetch(next + i);
            Prefetch(other + i);
            if (Isa.UseAvx512)
            {
                Vector512.Load(tile + i).StoreAlignedNonTemporal(to + i);
            }
            else
            {
                Vector256.Load(tile + i).StoreAlignedNonTemporal(to + i);
                Vector256.Load(tile + i + 32).StoreAlignedNonTemporal(to + i + 32);
            }
        }
        for (; i < bytes; i++)
            to[i] = tile[i];
    }

    /// <summary>Makes what was written visible to other threads; at the end of every block of work.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fence()
    {
        if (Sse.IsSupported)
            Sse.StoreFence();
    }
}
