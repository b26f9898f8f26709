using System.Diagnostics;
using Hebb.Memory;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Memory without disposal: bounded, recycled, never shared by two that live. Alone in the process, for the counters are the process's.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const long MiB = 1 << 20;

    [Theory, InlineData(4 << 20, 150), InlineData(40_000, 6000), InlineData(1000, 60_000)]
    public void EagerLoopsThatDisposeNothingStayBounded(int bytes, int rounds)
    {
        Allocator.Trim();
        long live = Allocator.BytesInUse;
        Allocator.ResetPeak();
        var x = Tensor.Ones([bytes / 4]);
        for (int i = 0; i < rounds; i++)
            x = x * 0.5 + 1;
        Assert.Equal(2, x[0].Item(), 3);
        // What was alive when it began counts too: other tests may have left some.
        Assert.True(Allocator.PeakBytes <= 1.5 * live + 65 * MiB, $"{Allocator.PeakBytes / MiB} MiB at the peak, {live / MiB} before");
    }

    [Fact]
    public void TrainingStepsStayBounded()
    {
        Allocator.Trim();
        long live = Allocator.BytesInUse;
        Allocator.ResetPeak();
        var w = Tensor.Ones([200_000]).RequireGrad();
        for (int i = 0; i < 120; i++)
        {
            w.Grad = null;
            ((w - 3) * (w - 3)).Sum().Backward();
            using var _ = GradMode.NoGrad();
            w.CopyFrom(w - w.Grad! * 0.1);
        }
        Assert.Equal(3, w[7].Item(), 3);
        Assert.True(Allocator.PeakBytes <= 1.5 * live + 65 * MiB, $"{Allocator.PeakBytes / MiB} MiB at the peak, {live / MiB} before");
    }

    [Fact]
    public void AScopeNeedsNoCollection()
    {
        Allocator.Trim();
        long live = Allocator.BytesInUse, collections = Allocator.Collections;
        Allocator.ResetPeak();
        for (int i = 0; i < 200; i++)
        {
            using var scope = TensorScope.Open();
            var x = Tensor.Ones([500_000]);
            _ = x * 2 + 1;
        }
        Assert.Equal(collections, Allocator.Collections);
        Assert.True(Allocator.PeakBytes <= live + 8 * MiB, $"{(Allocator.PeakBytes - live) / MiB} MiB over what was there");
    }

    [Fact]
    public void TrimGivesMemoryBack()
    {
        Make();
        Allocator.Trim();
        Assert.Equal(0, Allocator.BytesPooled);

        static void Make() => _ = Tensor.Ones([1_000_000]) + 1;
    }

    [Fact]
    public void AViewKeepsItsStorageAlive()
    {
        var view = Make();
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            _ = Tensor.Zeros([300_000]);
        }
        Assert.Equal([5, 6], view.ToArray<float>());

        static Tensor Make() => Tensor.Arange(300_000, DType.Float32)[5..7];
    }

    /// <summary>Tensors of many sizes made, kept, dropped and handed back by several threads while collections run: no two that live share memory.</summary>
    [Fact]
    public void FinalizersAndScopesDoNotRace()
    {
        var clock = Stopwatch.StartNew();
        var errors = new List<Exception>();
        bool stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                GC.Collect(clock.ElapsedMilliseconds % 3 == 0 ? 2 : 0);
                Thread.Sleep(1);
            }
        });
        var threads = Enumerable.Range(0, 4).Select(id => new Thread(() =>
        {
            try
            {
                Churn(id, clock);
            }
            catch (Exception e)
            {
                lock (errors)
                    errors.Add(e);
            }
        })).ToList();
        collector.Start();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Volatile.Write(ref stop, true);
        collector.Join();
        Assert.Empty(errors);
    }

    private static void Churn(int id, Stopwatch clock)
    {
        var random = new Random(id);
        var held = new List<(Tensor X, float Mark)>();
        for (int round = 0; clock.ElapsedMilliseconds < 1500; round++)
        {
            float mark = id * 1_000_000 + round;
            int count = random.Next(4) == 0 ? random.Next(1, 60_000) : random.Next(1, 600);
            if (random.Next(2) == 0)
            {
                held.Add((Tensor.Full([count], mark), mark));
            }
            else
            {
                using var scope = TensorScope.Open();
                var inside = Tensor.Full([count], mark);
                var kept = random.Next(3) == 0 ? scope.Keep(inside + 0) : null;
                Look(inside, mark);
                if (kept is not null)
                    held.Add((kept[(count / 2)..], mark));
            }
            if (held.Count > 40)
            {
                int at = random.Next(held.Count);
                Look(held[at].X, held[at].Mark);
                held.RemoveAt(at);
            }
        }
        foreach (var (x, mark) in held)
            Look(x, mark);
    }

    private static void Look(Tensor x, float mark)
    {
        foreach (float v in x.ToArray<float>())
        {
            if (v != mark)
                throw new InvalidOperationException($"{v} stands where {mark} was written");
        }
    }
}
