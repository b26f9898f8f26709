using System.Numerics;

namespace Hebb.Memory;

/// <summary>
/// Native blocks by size class, kept for reuse. When what is out exceeds the soft limit it asks the garbage collector for dead tensors, youngest
/// generation first, before it takes more from the system; the limit then follows what proved alive.
/// </summary>
internal static class BlockPool
{
    private const long Floor = 64L << 20;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, Stack<NativeBlock>> Free = [];
    private static long s_out, s_pooled, s_peak, s_collections, s_softLimit = Floor;

    /// <summary>Bytes in use by tensors, dead ones not yet found included.</summary>
    public static long BytesOut => Interlocked.Read(ref s_out);

    /// <summary>Bytes held for reuse.</summary>
    public static long BytesPooled => Interlocked.Read(ref s_pooled);

    /// <summary>The most bytes taken from the system at once since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref s_peak);

    /// <summary>How often the pool asked for a garbage collection.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    public static void ResetPeak()
    {
        lock (Gate)
            s_peak = s_out + s_pooled;
    }

    /// <summary>Eight classes a doubling: at most an eighth is wasted.</summary>
    public static long RoundUp(long bytes)
    {
        int shift = Math.Max(BitOperations.Log2((ulong)(bytes - 1)) - 3, 6);
        long step = 1L << shift;
        return (bytes + step - 1) & ~(step - 1);
    }

    public static NativeBlock Rent(long bytes)
    {
        long size = RoundUp(bytes);
        if (TryRent(size) is { } block)
            return block;
        for (int generation = 0; generation <= 2; generation++)
        {
            Interlocked.Increment(ref s_collections);
            GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
            lock (Gate)
            {
                // Younger generations may lower the limit, only a full collection proves that more is alive. A quarter must come free, or the next call would be here again.
                long wanted = Math.Max(Floor, (long)(1.5 * (s_out + size)));
                s_softLimit = generation == 2 ? wanted : Math.Min(s_softLimit, wanted);
                if (s_out + size <= s_softLimit / 4 * 3)
                    break;
            }
        }
        return TryRent(size) ?? throw new OutOfMemoryException($"out of memory: {size:N0} bytes asked for while tensors use {BytesOut:N0}");
    }

    /// <summary>A block, or null where that would pass the soft limit or the system has none.</summary>
    private static NativeBlock? TryRent(long size)
    {
        lock (Gate)
        {
            if (s_out + size > s_softLimit)
                return null;
            if (Free.TryGetValue(size, out var blocks) && blocks.TryPop(out var block))
            {
                s_pooled -= size;
                s_out += size;
                return block;
            }
            // Blocks of other sizes go back to the system before the total passes the limit.
            TrimLocked(s_softLimit - s_out - size);
            try
            {
                block = new NativeBlock(size);
            }
            catch (OutOfMemoryException)
            {
                TrimLocked(0);
                return null;
            }
            s_out += size;
            s_peak = Math.Max(s_peak, s_out + s_pooled);
            return block;
        }
    }

    public static void Return(NativeBlock block)
    {
        lock (Gate)
        {
            if (!Free.TryGetValue(block.Capacity, out var blocks))
                Free[block.Capacity] = blocks = new Stack<NativeBlock>();
            blocks.Push(block);
            s_out -= block.Capacity;
            s_pooled += block.Capacity;
        }
    }

    /// <summary>Gives every pooled block back to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
            TrimLocked(0);
    }

    private static void TrimLocked(long keep)
    {
        if (s_pooled <= Math.Max(keep, 0))
            return;
        foreach (var blocks in Free.Values)
        {
            while (s_pooled > Math.Max(keep, 0) && blocks.TryPop(out var block))
            {
                s_pooled -= block.Capacity;
                block.Free();
            }
        }
    }
}
