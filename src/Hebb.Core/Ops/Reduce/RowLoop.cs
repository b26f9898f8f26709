using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>How a kernel's last pass writes.</summary>
internal unsafe interface IStore
{
    /// <summary>Whether what it writes does not stay in the caches.</summary>
    static abstract bool IsPastCaches { get; }

    static abstract void Store<V, T>(V v, T* p) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>Fetches what is read soon, some way behind this.</summary>
    static abstract void Fetch(void* p);

    /// <summary>The same of some vectors.</summary>
    static abstract void Fetch<V, T>(T* p, int vectors) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>As always.</summary>
internal readonly unsafe struct Cached : IStore
{
    public static bool IsPastCaches => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V v, T* p) where V : unmanaged, ISimd<V, T> where T : unmanaged => v.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* p)
    {
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<V, T>(T* p, int vectors) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
    }
}

/// <summary>Past the caches, to aligned addresses.</summary>
internal readonly unsafe struct Streamed : IStore
{
    public static bool IsPastCaches => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V v, T* p) where V : unmanaged, ISimd<V, T> where T : unmanaged => v.StoreNonTemporal(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* p) => Streaming.Prefetch((byte*)p + Streaming.Ahead);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch<V, T>(T* p, int vectors) where V : unmanaged, ISimd<V, T> where T : unmanaged => Streaming.Prefetch<V, T>(p + Streaming.Ahead / sizeof(T), vectors);
}

/// <summary>Where a row kernel works.</summary>
/// <param name="To">The row's place in the result, or a tile that is copied there.</param>
/// <param name="Tile">Room for a row, the first-level cache permitting: the result itself where that stays in the caches.</param>
/// <param name="Ahead">How many elements behind the row the input is to be fetched while this row is computed; 0 for none.</param>
internal readonly unsafe record struct RowPlace<T>(nint To, nint Tile, long Ahead) where T : unmanaged
{
    public T* Target => (T*)To;

    public T* Scratch => (T*)Tile;
}

/// <summary>Computes contiguous rows of a result from rows of inputs.</summary>
internal unsafe interface IRowKernel<T> where T : unmanaged
{
    /// <summary>Writes one row; through <typeparamref name="TStore"/> whole vectors only.</summary>
    void Row<V, TStore>(long row, in RowPlace<T> place) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore;
}

/// <summary>Goes over rows in order, those of a large result past the caches.</summary>
internal static unsafe class RowLoop
{
    /// <summary>Bytes of the longest row that is worked on in a tile.</summary>
    private const long LongestRow = 16 << 10;

    /// <summary>Elements of the longest row that is computed together with its neighbours; sums over it need no compensation.</summary>
    public const long LongestInterleaved = 2048;

    /// <summary>How far ahead inputs are fetched, in bytes and in rows of any size.</summary>
    private const long Ahead = 4 << 10;

    /// <summary>Whether rows of a result go past the caches, and are short and even enough that a kernel can hold several in the first-level cache and go over them in whole steps.</summary>
    public static bool Interleaves<V, T>(T* y, long total, long n) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        n <= LongestInterleaved && n % (4 * V.Count) == 0 && n * sizeof(T) % 64 == 0 && Streaming.Pays((byte*)y, total * n * sizeof(T));

    /// <summary>Rows that a thread takes at once: some thousand elements, but more of a large result, since the first of a block were not fetched ahead.</summary>
    public static long Grain(long rows, long n, long least) => Math.Max(1, (rows * n >= 4 << 20 ? 256 << 10 : least) / Math.Max(n, 1));

    /// <param name="kernel">Computes a row.</param>
    /// <param name="begin">The first row.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="n">Elements of a row.</param>
    /// <param name="total">Rows of the whole result.</param>
    /// <param name="y">The result.</param>
    [MethodImpl(Jit.Full)]
    [SkipLocalsInit]
    public static void Run<V, T, K>(in K kernel, long begin, long end, long n, long total, T* y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where K : struct, IRowKernel<T>
    {
        long row = n * sizeof(T);
        if (row > LongestRow || !Streaming.Pays((byte*)y, total * row))
        {
            for (long i = begin; i < end; i++)
                kernel.Row<V, Cached>(i, new RowPlace<T>((nint)(y + i * n), (nint)(y + i * n), 0));
            return;
        }
        byte* space = stackalloc byte[(int)LongestRow + 64];
        nint tile = (nint)space + (-(nint)space & 63);
        long ahead = (Ahead + row - 1) / row * n;
        for (long i = begin; i < end; i++)
        {
            T* to = y + i * n;
            if (row % 64 == 0)
            {
                kernel.Row<V, Streamed>(i, new RowPlace<T>((nint)to, tile, ahead));
                continue;
            }
            kernel.Row<V, Cached>(i, new RowPlace<T>(tile, tile, ahead));
            Streaming.Write((byte*)tile, (byte*)to, row, (byte*)tile, (byte*)tile);
        }
        Streaming.Fence();
    }
}
