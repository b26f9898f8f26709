using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Hebb.Data.Tests;

public class PrefetcherTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void HandsOutInOrder()
    {
        using var prefetcher = new Prefetcher<int>(i => { Thread.Sleep(i % 3); return i * i; }, 5, 60, workers: 4, capacity: 7);
        for (int i = 5; i < 60; i++) Assert.Equal(i * i, prefetcher.Take());
    }

    [Fact]
    public void NeverRunsFurtherAheadThanItsCapacity()
    {
        int made = 0;
        using var prefetcher = new Prefetcher<int>(i => { Interlocked.Increment(ref made); return i; }, 0, 1000, workers: 3, capacity: 5);
        for (int taken = 0; taken < 30; taken++)
        {
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref made) == taken + 5, s_patience));
            Thread.Sleep(2);
            Assert.Equal(taken + 5, Volatile.Read(ref made));
            prefetcher.Take();
        }
    }

    [Fact]
    public void DisposeStopsAndWaitsForTheWorkers()
    {
        int running = 0;
        var prefetcher = new Prefetcher<int>(i =>
        {
            Interlocked.Increment(ref running);
            Thread.Sleep(5);
            Interlocked.Decrement(ref running);
            return i;
        }, 0, 100_000, workers: 4, capacity: 64);
        prefetcher.Take();
        prefetcher.Dispose();
        Assert.Equal(0, running);
    }

    [Fact]
    public void ErrorsComeInTheirTurn()
    {
        using var prefetcher = new Prefetcher<int>(i => i == 3 ? throw new DataException("three") : i, 0, 10, workers: 4, capacity: 10);
        for (int i = 0; i < 3; i++) Assert.Equal(i, prefetcher.Take());
        Assert.Equal("three", Assert.Throws<DataException>(() => prefetcher.Take()).Message);
        Assert.Equal(4, prefetcher.Take());
    }

    [Fact]
    public void AForgottenEnumerationEndsItsThreads()
    {
        var threads = new ConcurrentDictionary<Thread, bool>();
        Forget(threads);
        Assert.NotEmpty(threads);
        var deadline = DateTime.UtcNow + s_patience;
        while (threads.Keys.Any(t => t.IsAlive) && DateTime.UtcNow < deadline)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(1);
        }
        Assert.DoesNotContain(threads.Keys, t => t.IsAlive);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(ConcurrentDictionary<Thread, bool> threads)
    {
        var data = DatasetTests.Numbers(1000).Map(s => { threads[Thread.CurrentThread] = true; return s; });
        Assert.True(data.Batches(1, workers: 2).GetEnumerator().MoveNext());
    }
}
