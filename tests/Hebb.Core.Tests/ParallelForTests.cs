using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Tests;

/// <summary>Some of these need the pool for themselves, so no other test runs meanwhile.</summary>
[CollectionDefinition("The pool alone", DisableParallelization = true)]
public class PoolAlone;

[Collection("The pool alone")]
public class ParallelForTests
{
    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 4)]
    [InlineData(2, 2)]
    [InlineData(7, 1)]
    [InlineData(7, 16)]
    [InlineData(10_000, 3)]
    public void Every_block_runs_exactly_once(int blocks, int threads)
    {
        int[] counts = new int[blocks];
        using (ParallelFor.Limit(threads))
        {
            for (int round = 0; round < 20; round++)
                ParallelFor.Run(blocks, new Count(counts));
        }
        Assert.All(counts, c => Assert.Equal(20, c));
    }

    [Fact]
    public void Ranges_cover_all_indices_with_fixed_borders()
    {
        int[] counts = new int[1001];
        int[] lengths = new int[1001];
        using (ParallelFor.Limit(4))
            ParallelFor.Ranges(1001, 100, new CountRange(counts, lengths));
        Assert.All(counts, c => Assert.Equal(1, c));
        for (int i = 0; i < 1001; i++)
            Assert.Equal(i == 1000 ? 1 : i % 100 == 0 ? 100 : 0, lengths[i]);
        Assert.Throws<ArgumentOutOfRangeException>(() => ParallelFor.Ranges(10, 0, new CountRange(counts, lengths)));
    }

    [Fact]
    public void Blocks_run_at_the_same_time_on_as_many_threads_as_asked()
    {
        using var together = new Barrier(3);
        bool[] met = new bool[3];
        using (ParallelFor.Limit(3))
            ParallelFor.Run(3, new Meet(together, met));
        Assert.All(met, Assert.True);
    }

    [Fact]
    public void Calls_from_inside_a_block_run_on_that_thread()
    {
        int[] counts = new int[8 * 50];
        bool[] stayed = new bool[8];
        using (ParallelFor.Limit(4))
            ParallelFor.Run(8, new Outer(counts, stayed));
        Assert.All(counts, c => Assert.Equal(1, c));
        Assert.All(stayed, Assert.True);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void The_exception_of_the_lowest_failing_block_reaches_the_caller(int threads)
    {
        using (ParallelFor.Limit(threads))
        {
            for (int round = 0; round < 200; round++)
            {
                var error = Assert.Throws<InvalidOperationException>(() => ParallelFor.Run(64, new FailFrom(5)));
                Assert.Equal("block 5", error.Message);
            }
            int[] counts = new int[100];    // the pool is whole afterwards
            ParallelFor.Run(100, new Count(counts));
            Assert.All(counts, c => Assert.Equal(1, c));
        }
    }

    [Fact]
    public void Sixty_four_threads_may_call_at_once()
    {
        const int callers = 64, rounds = 200, blocks = 9;
        int[][] counts = [.. Enumerable.Range(0, callers).Select(_ => new int[blocks])];
        Exception? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, callers).Select(i => new Thread(() =>
        {
            try
            {
                using var limit = ParallelFor.Limit(1 + (i % 5));
                for (int round = 0; round < rounds; round++)
                    ParallelFor.Run(blocks, new Count(counts[i]));
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread t in threads)
            t.Start();
        foreach (Thread t in threads)
            t.Join();
        Assert.Null(failure);
        Assert.All(counts, c => Assert.All(c, n => Assert.Equal(rounds, n)));
    }

    [Fact]
    public void Workers_that_went_to_sleep_wake_for_the_next_job()
    {
        using var limit = ParallelFor.Limit(3);
        for (int round = 0; round < 5; round++)
        {
            Thread.Sleep(20);
            using var together = new Barrier(3);
            bool[] met = new bool[3];
            ParallelFor.Run(3, new Meet(together, met));
            Assert.All(met, Assert.True);
        }
    }

    [Fact]
    public void The_caller_waits_for_a_slow_worker()
    {
        using var limit = ParallelFor.Limit(2);
        int[] done = new int[2];
        ParallelFor.Run(2, new Slow(done, Environment.CurrentManagedThreadId));
        Assert.All(done, d => Assert.Equal(1, d));
    }

    [Fact]
    public void A_limit_holds_for_its_thread_and_scope_only()
    {
        int before = ParallelFor.Threads;
        using (ParallelFor.Limit(3))
        {
            Assert.Equal(3, ParallelFor.Threads);
            using (ParallelFor.Limit(7))
                Assert.Equal(7, ParallelFor.Threads);
            Assert.Equal(3, ParallelFor.Threads);
            int elsewhere = 0;
            var other = new Thread(() => elsewhere = ParallelFor.Threads);
            other.Start();
            other.Join();
            Assert.Equal(before, elsewhere);
        }
        Assert.Equal(before, ParallelFor.Threads);
        Assert.Throws<ArgumentOutOfRangeException>(() => { using var none = ParallelFor.Limit(0); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { using var many = ParallelFor.Limit(ParallelFor.MaxThreads + 1); });
    }

    [Fact]
    public void The_thread_count_is_read_strictly()
    {
        Assert.Equal(6, ParallelFor.ParseThreads("6"));
        Assert.Equal(Environment.ProcessorCount, ParallelFor.ParseThreads(null));
        Assert.Equal(Environment.ProcessorCount, ParallelFor.ParseThreads(" "));
        foreach (string bad in (string[])["0", "-1", "two", "1025", "1.5", "99999999999"])
        {
            var error = Assert.Throws<ArgumentException>(() => ParallelFor.ParseThreads(bad));
            Assert.Equal($"HEBB_THREADS={bad}: expected a whole number from 1 to 1024", error.Message);
        }
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        int[] counts = new int[64];
        using var limit = ParallelFor.Limit(2);
        ParallelFor.Run(64, new Count(counts));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
            ParallelFor.Run(64, new Count(counts));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);   // fewer bytes than calls: none per call
    }

    private readonly struct Count(int[] counts) : IBlockBody
    {
        public void Invoke(long block) => Interlocked.Increment(ref counts[block]);
    }

    private readonly struct CountRange(int[] counts, int[] lengths) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            lengths[begin] = (int)(end - begin);
            for (long i = begin; i < end; i++)
                Interlocked.Increment(ref counts[i]);
        }
    }

    private readonly struct Meet(Barrier barrier, bool[] met) : IBlockBody
    {
        public void Invoke(long block) => met[block] = barrier.SignalAndWait(TimeSpan.FromSeconds(30));
    }

    private readonly struct Outer(int[] counts, bool[] stayed) : IBlockBody
    {
        public void Invoke(long block)
        {
            var seen = new ThreadsSeen();
            ParallelFor.Run(50, new Inner(counts, block * 50, Environment.CurrentManagedThreadId, seen));
            stayed[block] = !seen.Other;
        }
    }

    private sealed class ThreadsSeen
    {
        public volatile bool Other;
    }

    private readonly struct Inner(int[] counts, long offset, int thread, ThreadsSeen seen) : IBlockBody
    {
        public void Invoke(long block)
        {
            Interlocked.Increment(ref counts[offset + block]);
            if (Environment.CurrentManagedThreadId != thread)
                seen.Other = true;
        }
    }

    private readonly struct FailFrom(int first) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Invoke(long block)
        {
            if (block >= first)
                throw new InvalidOperationException($"block {block}");
            Thread.SpinWait(20);
        }
    }

    private readonly struct Slow(int[] done, int caller) : IBlockBody
    {
        public void Invoke(long block)
        {
            if (Environment.CurrentManagedThreadId != caller)
                Thread.Sleep(50);
            else if (block == 0)
                Thread.Sleep(5);    // let the worker get the other block
            done[block]++;
        }
    }
}
