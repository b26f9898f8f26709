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
internal static unsafe class WorkerPool
{
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
    private static long s_errorBlock;
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
        slot->Next = 0;
        slot->Blocks = blocks;
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
        long number = (slot->Gate + (1L << NumberShift)) & NumberMask;
        Interlocked.Exchange(ref slot->Gate, Open | number | ((long)helpers << AllowedShift));
        if (Volatile.Read(ref slot->Parked) > 0)
        {
            Wake(helpers);
        }
        t_inside = true;
        ClaimBlocks<TBody>(slot->Body);
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

    private static void ClaimBlocks<TBody>(void* body)
        where TBody : struct, IBlockBody
    {
        Slot* slot = s_slot;
        ref TBody shared = ref Unsafe.AsRef<TBody>(body);
        long blocks = slot->Blocks;
        long block = 0;
        try
        {
            while ((block = Interlocked.Increment(ref slot->Next) - 1) < blocks)
            {
                shared.Invoke(block);
            }
        }
        catch (Exception e)
        {
            Fail(block, e);
        }
    }

    // Blocks are claimed in ascending order, so all below a failed one run to their end: the lowest failure is the same at any thread count.
    private static void Fail(long block, Exception error)
    {
        Interlocked.Exchange(ref s_slot->Next, long.MaxValue / 2);
        lock (s_finish)
        {
            if (s_error is null || block < s_errorBlock)
            {
                s_error = error;
                s_errorBlock = block;
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
                Thread.SpinWait(8);
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
            var thread = new Thread(WorkerLoop) { IsBackground = true, Name = $"hebb-{s_workers + 1}" };
            thread.UnsafeStart();
            s_workers++;
        }
    }

    private static void WorkerLoop()
    {
        t_inside = true;
        Slot* slot = s_slot;
        long lastJob = -1;
        long idleSince = Stopwatch.GetTimestamp();
        while (true)
        {
            if (TryEnter(slot, ref lastJob))
            {
                slot->Work(slot->Body);
                Leave(slot);
                idleSince = Stopwatch.GetTimestamp();
                continue;
            }
            long idle = Stopwatch.GetTimestamp() - idleSince;
            if (idle < s_spinTicks)
            {
                Thread.SpinWait(8);
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
        var slot = (Slot*)NativeMemory.AlignedAlloc((nuint)sizeof(Slot), 64);
        *slot = default;
        return slot;
    }

    // What different threads write stands on different cache lines (pairs of lines, as prefetchers fetch pairs).
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    private struct Slot
    {
        [FieldOffset(0)]
        public long Gate;

        [FieldOffset(128)]
        public long Next;

        [FieldOffset(256)]
        public long Blocks;

        [FieldOffset(264)]
        public void* Body;

        [FieldOffset(272)]
        public delegate*<void*, void> Work;

        [FieldOffset(384)]
        public int Parked;

        [FieldOffset(388)]
        public int CallerSleeps;

        [FieldOffset(512)]
        public int Taken;
    }
}
