using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>
/// The threads behind <see cref="ParallelFor"/>. There is one job at a time. Its gate is one word: an open bit, a job number, how many
/// workers may be inside and how many are. A worker enters by compare-and-swap, so a job that was closed can't be entered late, and the
/// caller that closes the gate needs to wait only for those inside: a worker that the scheduler never ran costs nothing.
/// </summary>
/// <remarks>
/// Blocks are dealt in as many ranges as there are threads. Each thread begins with the range of its own, the same one in every job, so what it wrote
/// in the last op it finds in its own cache in the next; then it takes blocks off the far ends of the others' ranges.
/// </remarks>
internal static unsafe class WorkerPool
{
    private const int LinePair = 128;
    private const int MostRanges = 64;
    private const long Open = 1L << 62;
    private const long InsideMask = 0xffff;
    private const int AllowedShift = 16;
    private const int NumberShift = 32;
    private const long NumberMask = 0x3fff_ffffL << NumberShift;

    // Watch the gate closely first, then let others have the core, then sleep. The first span covers the gap between two kernels, the second
    // the single-threaded stretches of a training step: waking a sleeper costs the caller 12 to 25 µs, and it comes after the work is done.
    private static readonly long s_spinTicks = Environment.ProcessorCount > 1 ? Stopwatch.Frequency * 20 / 1_000_000 : 0;
    private static readonly long s_yieldTicks = Stopwatch.Frequency * 2 / 1_000;

    private static readonly Slot* s_slot = AllocateSlot();
    private static readonly object s_park = new();
    private static readonly object s_finish = new();
    private static Exception? s_error;
    private static int s_workers;

    [ThreadStatic]
    private static bool t_inside;

    /// <summary>Whether this thread is running a block of a job; what it starts then runs inline.</summary>
    public static bool InsideJob => t_inside;

    /// <summary>Runs a job with up to <paramref name="threads"/> threads. False, with nothing done, if another thread has the pool.</summary>
    public static bool TryRun<TBody>(long blocks, int threads, in TBody body)
        where TBody : struct, IBlockBody
    {
        Slot* slot = s_slot;
        if (Volatile.Read(ref slot->Taken) != 0 || Interlocked.CompareExchange(ref slot->Taken, 1, 0) != 0)
        {
            return false;
        }
        TBody shared = body;    // on this stack, which outlives the job, so a pointer to it is safe to hand out
        slot->Body = Unsafe.AsPointer(ref shared);
        slot->Work = &ClaimBlocks<TBody>;
        int helpers = (int)Math.Min(blocks, threads) - 1;
        try
        {
            StartWorkers(helpers);
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            helpers = Math.Min(helpers, s_workers);   // go on with the threads that there are
        }
        Deal(slot, blocks, Math.Min(helpers + 1, MostRanges));
        long number = (slot->Gate + (1L << NumberShift)) & NumberMask;
        Interlocked.Exchange(ref slot->Gate, Open | number | ((long)helpers << AllowedShift));
        if (Volatile.Read(ref slot->Parked) > 0)
        {
            Wake(helpers);
        }
        t_inside = true;
        ClaimBlocks<TBody>(slot->Body, 0);
        t_inside = false;
        Interlocked.And(ref slot->Gate, ~Open);
        if ((Volatile.Read(ref slot->Gate) & InsideMask) != 0)
        {
            AwaitWorkers(slot);
        }
        Exception? error = s_error;
        s_error = null;
        Volatile.Write(ref slot->Taken, 0);
        if (error is not null)
        {
            ExceptionDispatchInfo.Throw(error);
        }
        return true;
    }

    /// <summary>Cuts the blocks into ranges as equal as can be. A range counts in units of so many blocks that its borders fit 32 bits.</summary>
    private static void Deal(Slot* slot, long blocks, int ranges)
    {
        slot->Blocks = blocks;
        slot->Unit = ((blocks - 1) >> 30) + 1;
        slot->Ranges = ranges;
        slot->FailedAt = long.MaxValue;
        long units = ((blocks - 1) / slot->Unit) + 1;
        for (int i = 0; i < ranges; i++)
        {
            RangeOf(slot, i) = (units * i / ranges) | (units * (i + 1) / ranges << 32);
        }
    }

    /// <summary>Where a range begins (low 32 bits) and ends.</summary>
    private static ref long RangeOf(Slot* slot, int range) => ref *(long*)((byte*)slot + sizeof(Slot) + (range * (long)LinePair));

    private static void ClaimBlocks<TBody>(void* body, int thread)
        where TBody : struct, IBlockBody
    {
        Slot* slot = s_slot;
        ref TBody shared = ref Unsafe.AsRef<TBody>(body);
        int ranges = slot->Ranges, own = thread % ranges;
        for (int i = 0; i < ranges; i++)
        {
            int range = own + i < ranges ? own + i : own + i - ranges;
            while (TryTake(ref RangeOf(slot, range), first: i == 0, out long unit))
            {
                long begin = unit * slot->Unit, end = Math.Min(begin + slot->Unit, slot->Blocks);
                for (long block = begin; block < end; block++)
                {
                    RunBlock(slot, ref shared, block);
                }
            }
        }
    }

    /// <summary>Takes the first or the last unit of a range. False if it is empty.</summary>
    private static bool TryTake(ref long range, bool first, out long unit)
    {
        long seen = Volatile.Read(ref range);
        while (true)
        {
            long begin = seen & uint.MaxValue, end = seen >> 32;
            unit = first ? begin : end - 1;
            if (begin >= end)
            {
                return false;
            }
            long found = Interlocked.CompareExchange(ref range, first ? seen + 1 : seen - (1L << 32), seen);
            if (found == seen)
            {
                return true;
            }
            seen = found;
        }
    }

    // All blocks below one that failed run to their end, so the lowest failure is the same at any thread count.
    private static void RunBlock<TBody>(Slot* slot, ref TBody body, long block)
        where TBody : struct, IBlockBody
    {
        if (block > Volatile.Read(ref slot->FailedAt))
        {
            return;
        }
        try
        {
            body.Invoke(block);
        }
        catch (Exception e)
        {
            lock (s_finish)
            {
                if (block < slot->FailedAt)
                {
                    s_error = e;
                    Volatile.Write(ref slot->FailedAt, block);
                }
            }
        }
    }

    private static void AwaitWorkers(Slot* slot)
    {
        long start = Stopwatch.GetTimestamp();
        while ((Volatile.Read(ref slot->Gate) & InsideMask) != 0)
        {
            long waited = Stopwatch.GetTimestamp() - start;
            if (waited < s_spinTicks)
            {
                Thread.SpinWait(1);
            }
            else if (waited < s_yieldTicks)
            {
                Thread.Yield();
            }
            else
            {
                lock (s_finish)
                {
                    Interlocked.Exchange(ref slot->CallerSleeps, 1);
                    while ((Volatile.Read(ref slot->Gate) & InsideMask) != 0)
                    {
                        Monitor.Wait(s_finish);
                    }
                    slot->CallerSleeps = 0;
                }
            }
        }
    }

    private static void StartWorkers(int count)
    {
        while (s_workers < count)
        {
            int number = s_workers + 1;
            var thread = new Thread(() => WorkerLoop(number)) { IsBackground = true, Name = $"hebb-{number}" };
            thread.UnsafeStart();
            s_workers++;
        }
    }

    private static void WorkerLoop(int number)
    {
        t_inside = true;
        Slot* slot = s_slot;
        long lastJob = -1;
        long idleSince = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryEnter(slot, ref lastJob))
            {
                slot->Work(slot->Body, number);
                Leave(slot);
                idleSince = Stopwatch.GetTimestamp();
                continue;
            }
            long idle = Stopwatch.GetTimestamp() - idleSince;
            if (idle < s_spinTicks)
            {
                Thread.SpinWait(1);
            }
            else if (idle < s_yieldTicks)
            {
                Thread.Yield();
            }
            else
            {
                Park(slot, lastJob);
                idleSince = Stopwatch.GetTimestamp();
            }
        }
    }

    private static bool CanEnter(long gate, long lastJob) =>
        (gate & Open) != 0 && (gate & NumberMask) != lastJob && (gate & InsideMask) < ((gate >> AllowedShift) & InsideMask);

    private static bool TryEnter(Slot* slot, ref long lastJob)
    {
        long gate = Volatile.Read(ref slot->Gate);
        while (CanEnter(gate, lastJob))
        {
            long seen = Interlocked.CompareExchange(ref slot->Gate, gate + 1, gate);
            if (seen == gate)
            {
                lastJob = gate & NumberMask;
                return true;
            }
            gate = seen;
        }
        return false;
    }

    private static void Leave(Slot* slot)
    {
        long gate = Interlocked.Decrement(ref slot->Gate);
        if ((gate & InsideMask) == 0 && Volatile.Read(ref slot->CallerSleeps) != 0)
        {
            lock (s_finish)
            {
                Monitor.PulseAll(s_finish);
            }
        }
    }

    private static void Park(Slot* slot, long lastJob)
    {
        lock (s_park)
        {
            Interlocked.Increment(ref slot->Parked);    // before the gate is read again: a caller opens the gate before it reads this
            if (!CanEnter(Volatile.Read(ref slot->Gate), lastJob))
            {
                Monitor.Wait(s_park);
            }
            Interlocked.Decrement(ref slot->Parked);
        }
    }

    private static void Wake(int count)
    {
        lock (s_park)
        {
            if (count >= s_slot->Parked)
            {
                Monitor.PulseAll(s_park);
                return;
            }
            for (int i = 0; i < count; i++)
            {
                Monitor.Pulse(s_park);
            }
        }
    }

    private static Slot* AllocateSlot()
    {
        nuint size = (nuint)(sizeof(Slot) + (MostRanges * LinePair));
        var slot = (Slot*)NativeMemory.AlignedAlloc(size, LinePair);
        NativeMemory.Clear(slot, size);
        return slot;
    }

    // What different threads write stands on different cache lines (pairs of lines, as prefetchers fetch pairs). The ranges follow, one a pair.
    [StructLayout(LayoutKind.Explicit, Size = 4 * LinePair)]
    private struct Slot
    {
        [FieldOffset(0)]
        public long Gate;

        [FieldOffset(LinePair)]
        public long Blocks;

        [FieldOffset(LinePair + 8)]
        public long Unit;

        [FieldOffset(LinePair + 16)]
        public void* Body;

        [FieldOffset(LinePair + 24)]
        public delegate*<void*, int, void> Work;

        [FieldOffset(LinePair + 32)]
        public int Ranges;

        [FieldOffset(LinePair + 40)]
        public long FailedAt;

        [FieldOffset(2 * LinePair)]
        public int Parked;

        [FieldOffset((2 * LinePair) + 4)]
        public int CallerSleeps;

        [FieldOffset(3 * LinePair)]
        public int Taken;
    }
}
