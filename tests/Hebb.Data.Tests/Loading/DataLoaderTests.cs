namespace Hebb.Data.Tests;

public class DataLoaderTests
{
    [Fact]
    public void PlainOrderAndTheLastBatch()
    {
        var loader = DatasetTests.Numbers(10).Batches(4);
        Assert.Equal((3, 10), (loader.BatchCount, loader.SampleCount));
        var batches = loader.ToArray();
        Assert.Equal([4, 4, 2], batches.Select(b => b.Count));
        Assert.Equal([4f, -4, 5, -5, 6, -6, 7, -7], batches[1].Inputs.ToArray<float>());
        Assert.Equal([2L, 0], batches[2].Targets.ToArray<long>());
        Assert.Equal([8, 9], batches[2].Indices);
        var (inputs, targets) = batches[2];
        Assert.Equal(Shape.Create([2, 2]), inputs.Shape);
        Assert.Equal(Shape.Create([2]), targets.Shape);

        var full = DatasetTests.Numbers(10).Batches(4, dropLast: true);
        Assert.Equal(2, full.BatchCount);
        Assert.Equal(2, full.Count());
    }

    [Fact]
    public void EveryEpochIsAnotherPermutation()
    {
        var loader = DatasetTests.Numbers(50).Batches(8, shuffle: true, seed: 3);
        int[] first = Order(loader), second = Order(loader);
        Assert.Equal(Enumerable.Range(0, 50), first.Order());
        Assert.Equal(Enumerable.Range(0, 50), second.Order());
        Assert.NotEqual(first, second);
        var again = DatasetTests.Numbers(50).Batches(8, shuffle: true, seed: 3);
        Assert.Equal(first, Order(again));
        Assert.Equal(second, Order(again));
        Assert.NotEqual(first, Order(DatasetTests.Numbers(50).Batches(8, shuffle: true, seed: 4)));
        Assert.Equal(first, Order(DatasetTests.Numbers(50).Batches(5, shuffle: true, seed: 3))); // the order does not depend on the batch size
    }

    [Fact]
    public void AnyNumberOfWorkersGivesTheSameBits()
    {
        var (train, _) = Catalog.Digits();
        var data = train.Take(200);
        var augment = new RandomAffine(degrees: 12, shift: 1, scale: 0.1f).Then(new RandomShift(1));
        var expected = Bits(data.Batches(16, shuffle: true, seed: 9, transform: augment));
        foreach (int workers in new[] { 1, 2, 3, 7, 40 })
            Assert.Equal(expected, Bits(data.Batches(16, shuffle: true, seed: 9, workers: workers, transform: augment, prefetch: 1 + workers % 3)));
        // Another batch size changes which batch a sample is in, not the sample.
        Assert.Equal(expected, Bits(data.Batches(7, shuffle: true, seed: 9, transform: augment)));
        // The second epoch draws anew.
        var loader = data.Batches(200, seed: 9, transform: augment);
        Assert.NotEqual(Bits(loader)[0], Bits(loader)[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void EveryPositionCanBeRestored(int workers)
    {
        var data = DatasetTests.Numbers(23);
        DataLoader<Batch> New() => data.Batches(5, shuffle: true, seed: 2, workers: workers);
        var all = new List<(LoaderState Before, int[] Indices)>();
        var loader = New();
        for (int epoch = 0; epoch < 3; epoch++)
        {
            var before = loader.State;
            foreach (var batch in loader)
            {
                all.Add((before, [.. batch.Indices]));
                before = loader.State;
            }
            Assert.Equal(new LoaderState(epoch + 1, 0, 2, 23, 5), loader.State);
        }
        for (int i = 0; i < all.Count; i++)
        {
            var resumed = New();
            resumed.Restore(all[i].Before);
            var rest = new List<int[]>();
            while (rest.Count < all.Count - i) rest.AddRange(resumed.Select(b => b.Indices.ToArray()));
            Assert.Equal(all.Skip(i).Select(a => a.Indices), rest);
        }
    }

    [Fact]
    public void ThePositionAfterTheLastBatchEndsThePass()
    {
        var loader = DatasetTests.Numbers(6).Batches(3, shuffle: true);
        LoaderState last = default;
        foreach (var _ in loader) last = loader.State;
        Assert.Equal((0, 2), (last.Epoch, last.Batch));
        loader.Restore(last);
        Assert.Empty(loader);
        Assert.Equal((1, 0), (loader.State.Epoch, loader.State.Batch));
    }

    [Fact]
    public void LeavingEarlyKeepsThePositionAndStartsTheNextEpoch()
    {
        var data = DatasetTests.Numbers(12);
        var loader = data.Batches(4, shuffle: true, workers: 2);
        var peeked = loader.First();
        Assert.Equal((0, 1), (loader.State.Epoch, loader.State.Batch));
        var other = data.Batches(4, shuffle: true);
        Assert.Equal(other.First().Indices, peeked.Indices);
        other.Restore(other.State with { Epoch = 1, Batch = 0 });
        Assert.Equal(Order(other), Order(loader));
    }

    [Fact]
    public void PositionsOfOtherDataAreRefused()
    {
        var loader = DatasetTests.Numbers(10).Batches(4, seed: 1);
        var state = loader.State;
        Assert.Contains("11 samples", Assert.Throws<CheckpointException>(() => loader.Restore(state with { Count = 11 })).Message);
        Assert.Contains("batches of 5", Assert.Throws<CheckpointException>(() => loader.Restore(state with { BatchSize = 5 })).Message);
        Assert.Contains("seed 2", Assert.Throws<CheckpointException>(() => loader.Restore(state with { Seed = 2 })).Message);
        Assert.Contains("no batch 4", Assert.Throws<CheckpointException>(() => loader.Restore(state with { Batch = 4 })).Message);
        Assert.Throws<CheckpointException>(() => loader.Restore(state with { Epoch = -1 }));
    }

    [Fact]
    public void BadSettingsAreOneLine()
    {
        Assert.Equal("Batches: the dataset is empty", Assert.Throws<DataException>(() => DatasetTests.Numbers(0).Batches(4)).Message);
        var data = DatasetTests.Numbers(3);
        Assert.Contains("batch size of 0", Assert.Throws<DataException>(() => data.Batches(0)).Message);
        Assert.Contains("-1 workers", Assert.Throws<DataException>(() => data.Batches(1, workers: -1)).Message);
        Assert.Contains("prefetch of 0", Assert.Throws<DataException>(() => data.Batches(1, prefetch: 0)).Message);
        Assert.Contains("dropLast leaves nothing of 3 samples", Assert.Throws<DataException>(() => data.Batches(4, dropLast: true)).Message);
        Assert.Equal(1, data.Batches(int.MaxValue).BatchCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void ErrorsNameTheSample(int workers)
    {
        var data = DatasetTests.Numbers(20);
        var failing = data.Map(s => s.Input.AsSpan<float>()[0] == 13 ? throw new InvalidOperationException("broken\nbadly") : s);
        var loader = failing.Batches(4, workers: workers);
        int taken = 0;
        var error = Assert.Throws<DataException>(() => { foreach (var _ in loader) taken++; });
        Assert.Equal("sample 13: InvalidOperationException: broken", error.Message);
        Assert.IsType<InvalidOperationException>(error.InnerException);
        Assert.Equal(3, taken);
        Assert.Equal(3, loader.State.Batch);

        var ragged = data.Map(s => s.Input.AsSpan<float>()[0] == 6 ? s with { Input = Tensor.Zeros([3]) } : s);
        Assert.Equal("sample 6: its input is float32[3], that of sample 4 in the batch float32[2]",
            Assert.Throws<ShapeException>(() => ragged.Batches(4, workers: workers).Count()).Message);

        var transform = BatchTransform.From(b => b.Indices.Contains(9) ? throw new ShapeException("does not fit") : b);
        Assert.Equal("transform of the batch with samples 8, 9, 10, …: does not fit",
            Assert.Throws<DataException>(() => data.Batches(4, workers: workers, transform: transform).Count()).Message);
    }

    [Fact]
    public void SlowAndFastCollationAgree()
    {
        var data = DatasetTests.Numbers(17);
        IDataset<Sample>[] same = [data, data.Map(s => s), data.Take(9).Concat(data.Skip(9)), data.Take(9).Concat(data.Skip(9).Map(s => s)), data.Subset([.. Enumerable.Range(0, 17)])];
        var expected = Bits(data.Batches(5, shuffle: true));
        Assert.All(same, d => Assert.Equal(expected, Bits(d.Batches(5, shuffle: true))));
    }

    [Fact]
    public void OtherSamplesAreCollatedByAFunction()
    {
        var words = DatasetTests.Numbers(5).Map(s => new string('x', (int)s.Input.AsSpan<float>()[0]));
        Assert.Equal(["|x", "xx|xxx", "xxxx"], words.Batches(2, w => string.Join('|', w), workers: 2));
        Assert.Equal("collating of the batch with samples 0, 1: ArgumentException: no",
            Assert.Throws<DataException>(() => words.Batches<string, int>(2, _ => throw new ArgumentException("no")).First()).Message);
    }

    private static int[] Order(DataLoader<Batch> loader) => [.. loader.SelectMany(b => b.Indices)];

    /// <summary>Inputs and target of every sample, in order.</summary>
    private static float[][] Bits(DataLoader<Batch> loader) =>
        [.. loader.SelectMany(b => Enumerable.Range(0, b.Count).Select(row =>
            b.Inputs.ToArray<float>().Chunk((int)(b.Inputs.Count / b.Count)).ElementAt(row).Append(b.Targets.ToArray<long>()[row]).ToArray()))];
}
