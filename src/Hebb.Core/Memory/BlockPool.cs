using System.Diagnostics;
using System.Numerics;
using Hebb.Diagnostics;

namespace Hebb.Memory;

/// <summary>
/// Native blocks by size class, kept for reuse. When what is out exceeds the soft limit it asks the garbage collector for dead tensors, youngest
/// generation first, before it takes more from the system; the limit then follows what proved alive. Where a scope is open, which hands everything back before
/// long, it follows at a distance that keeps collections a small part of the time.
/// </summary>
internal static class BlockPool
{
    private const long Floor = 64L << 20;

    /// <summary>The soft limit over what is alive: the least, and the most where a scope is open.</summary>
    private const double LeastRoom = 1.5, MostRoom = 3;
    private const long Page = 4096;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<long, Stack<NativeBlock>> Free = [];
    private static readonly List<WeakReference<NativeBlock>> All = [];
    private static int s_compactAt = 256;
    private static MemoryReport.PeakTracking? s_tracking;
    private static long s_reportAt = long.MaxValue;
    private static long s_limit = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes is > 0 and var bytes ? bytes : long.MaxValue;
    private static long s_out, s_pooled, s_peak, s_collections, s_softLimit = Floor;
    private static double s_room = LeastRoom;
    private static long s_collected = Stopwatch.GetTimestamp();

    /// <summary>Bytes in use by tensors, dead ones not yet found included.</summary>
    public static long BytesOut => Interlocked.Read(ref s_out);

    /// <summary>Bytes held for reuse.</summary>
    public static long BytesPooled => Interlocked.Read(ref s_pooled);

    /// <summary>The most bytes taken from the system at once since <see cref="ResetPeak"/>.</summary>
    public static long PeakBytes => Interlocked.Read(ref s_peak);

    /// <summary>How often the pool asked for a garbage collection.</summary>
    public static long Collections => Interlocked.Read(ref s_collections);

    /// <summary>The most bytes that may be in use.</summary>
    public static long Limit
    {
        get => Interlocked.Read(ref s_limit);
        set
        {
            lock (Gate)
                (s_limit, s_softLimit) = (value, Math.Min(s_softLimit, value));
        }
    }

    public static void ResetPeak()
    {
        lock (Gate)
            s_peak = s_out + s_pooled;
    }

    /// <summary>Eight classes a doubling: at most an eighth is wasted.</summary>
    public static long RoundUp(long bytes)
    {
        if (GuardedPages.On)
            return Math.Max(bytes, 1);
        int shift = Math.Max(BitOperations.Log2((ulong)(bytes - 1)) - 3, 6);
        long step = 1L << shift;
        return (bytes + step - 1) & ~(step - 1);
    }

    /// <param name="bytes">At least so many.</param>
    /// <param name="note">What for.</param>
    /// <param name="inScope">A scope that is open will hand it back.</param>
    /// <param name="isLasting">It will be held for long: of its own size to a page, for it matters more what it wastes than who may take it next.</param>
    /// <exception cref="TensorMemoryException">That would pass the limit, or the system has no more.</exception>
    public static NativeBlock Rent(long bytes, in BlockNote note, bool inScope = false, bool isLasting = false)
    {
        long size = isLasting && !GuardedPages.On ? (bytes + Page - 1) & -Page : RoundUp(bytes);
        if (!GuardedPages.WantCollection && TryRent(size, note) is { } block)
            return block;
        long began = Stopwatch.GetTimestamp();
        double room = inScope ? Volatile.Read(ref s_room) : LeastRoom;
        for (int generation = 0; generation <= 2; generation++)
        {
            Interlocked.Increment(ref s_collections);
            GC.Collect(generation, GCCollectionMode.Forced, blocking: true);
            GC.WaitForPendingFinalizers();
            lock (Gate)
            {
                // Younger generations may lower the limit, only a full collection proves that more is alive. A quarter must come free, or the next call would be here again.
                long wanted = Math.Max(Floor, (long)(room * (s_out + size)));
                s_softLimit = Math.Min(generation == 2 ? wanted : Math.Min(s_softLimit, wanted), s_limit);
                if (s_out + size <= s_softLimit / 4 * 3)
                    break;
            }
        }
        if (inScope)
            Weigh(began);
        return TryRent(size, note) ?? throw OutOfMemory(size, note);
    }

    /// <summary>More room where collections take over a 400th of the time, less where they take next to none.</summary>
    private static void Weigh(long began)
    {
        long ended = Stopwatch.GetTimestamp(), before = began - Interlocked.Exchange(ref s_collected, ended);
        double share = (ended - began) / (double)Math.Max(before, 1), room = Volatile.Read(ref s_room);
        Volatile.Write(ref s_room, share > 1 / 400.0 ? Math.Min(1.25 * room, MostRoom) : share < 1 / 4000.0 ? Math.Max(room / 1.25, LeastRoom) : room);
    }

    /// <summary>A block, or null where that would pass the soft limit or the system has none.</summary>
    private static NativeBlock? TryRent(long size, in BlockNote note)
    {
        lock (Gate)
        {
            if (s_out + size > s_softLimit)
                return null;
            if (Free.TryGetValue(size, out var blocks) && blocks.TryPop(out var block))
            {
                s_pooled -= size;
                Give(block, note);
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
            Give(block, note);
            s_peak = Math.Max(s_peak, s_out + s_pooled);
            return block;
        }
    }

    private static void Give(NativeBlock block, in BlockNote note)
    {
        (block.Note, block.InUse) = (note, true);
        if (!block.IsListed)
            List(block);
        s_out += block.Capacity;
        if (s_out > s_reportAt)
        {
            s_tracking!.Report = Report(null);
            // Not anew for every few bytes.
            s_reportAt = s_out + s_out / 50;
        }
    }

    private static void List(NativeBlock block)
    {
        if (All.Count >= s_compactAt)
        {
            All.RemoveAll(weak => !weak.TryGetTarget(out _));
            s_compactAt = Math.Max(256, 2 * All.Count);
        }
        All.Add(block.Weak);
        block.IsListed = true;
    }

    /// <summary>What is in use, by which tensors.</summary>
    /// <param name="names">What some storages are called.</param>
    public static MemoryReport Report(IReadOnlyDictionary<Storage, string>? names)
    {
        lock (Gate)
        {
            var live = new List<LiveMemory>();
            long small = 0;
            foreach (var weak in All)
            {
                if (!weak.TryGetTarget(out var block) || !block.InUse)
                    continue;
                ref readonly var note = ref block.Note;
                if (note.IsSlab)
                    small += block.Capacity;
                else
                    live.Add(new LiveMemory(block.Capacity, note.Spec?.ToString(), names?.GetValueOrDefault(block) ?? note.Use, note.Path, note.Line));
            }
            if (small > 0)
                live.Add(new LiveMemory(small, null, BlockNote.SmallTensors, null, null));
            return new MemoryReport(s_out, s_pooled, [.. live.OrderByDescending(l => l.Bytes)]);
        }
    }

    /// <summary>Reports to a tracking whenever more is in use than ever since.</summary>
    public static void Track(MemoryReport.PeakTracking tracking)
    {
        lock (Gate)
        {
            (s_tracking, s_reportAt) = (tracking, s_out);
            tracking.Report = Report(null);
        }
    }

    public static void Untrack(MemoryReport.PeakTracking tracking)
    {
        lock (Gate)
        {
            if (s_tracking == tracking)
                (s_tracking, s_reportAt) = (null, long.MaxValue);
        }
    }

    private static TensorMemoryException OutOfMemory(long size, in BlockNote note)
    {
        string what = $"{note.Use ?? "a tensor"}{(note.Spec is { } spec ? $" {spec}" : "")}{(note.Path is { } path ? $" (at {path})" : "")}";
        return new TensorMemoryException($"{what} asks for {Units.Bytes(size)}", Limit, Report(null));
    }

    public static void Return(NativeBlock block)
    {
        lock (Gate)
        {
            if (!Free.TryGetValue(block.Capacity, out var blocks))
                Free[block.Capacity] = blocks = new Stack<NativeBlock>();
            if (!block.IsListed)
                List(block);
            block.InUse = false;
            block.Note = default;
            blocks.Push(block);
            s_out -= block.Capacity;
            s_pooled += block.Capacity;
            // A tensor that is gone must not be another one's memory, nor may thousands of sizes wait for their like.
            if (GuardedPages.On)
                TrimLocked(0);
        }
    }

    /// <summary>Gives every pooled block back to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            TrimLocked(0);
            // Called after a full collection: what is out now is alive, and what was alive before counts no more.
            s_softLimit = Math.Min(Math.Max(Floor, (long)(LeastRoom * s_out)), s_limit);
        }
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
