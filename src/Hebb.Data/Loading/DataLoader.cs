using System.Collections;

namespace Hebb.Data;

/// <summary>
/// Batches of a dataset. Every enumeration is one pass (epoch) in an order of its own; order and augmentation depend on seed, epoch and
/// sample alone, so any number of workers gives the same batches. Made by <see cref="LoaderExtensions"/>.
/// </summary>
/// <remarks>
/// A pass that is left early (break) stops its workers; the next enumeration starts the next epoch. <see cref="State"/> taken while
/// enumerating, given to <see cref="Restore"/>, makes the next enumeration go on with the very next batch.
/// One thread at a time may enumerate a loader.
/// </remarks>
/// <typeparam name="T">The type of a batch.</typeparam>
public sealed class DataLoader<T> : IEnumerable<T>
{
    private readonly Func<int[], int, T> _load;
    private readonly IReadOnlyList<int> _shards;
    private readonly int _prefetch;
    private object? _current;
    private bool _restored;

    /// <param name="count">Samples in the dataset.</param>
    /// <param name="options">Batch size, order, workers.</param>
    /// <param name="load">Makes the batch of these samples in an epoch; called from several threads.</param>
    /// <param name="info">What is known of the dataset.</param>
    /// <param name="shards">Samples of each of its parts; null where it has one.</param>
    internal DataLoader(int count, LoaderOptions options, Func<int[], int, T> load, DatasetInfo info, IReadOnlyList<int>? shards = null)
    {
        options.Check(count);
        (_load, Info, _prefetch) = (load, info, options.Prefetch);
        (SampleCount, BatchSize, Shuffle, Seed, Workers, DropLast) = (count, options.BatchSize, options.Shuffle, options.Seed, options.Workers, options.DropLast);
        (Window, _shards) = (options.Window, shards ?? [count]);
        State = new LoaderState(0, 0, Seed, SampleCount, BatchSize, Window);
    }

    /// <summary>Samples in the dataset.</summary>
    public int SampleCount { get; }

    public int BatchSize { get; }

    /// <summary>Batches a pass.</summary>
    public int BatchCount => DropLast ? SampleCount / BatchSize : (int)(((long)SampleCount + BatchSize - 1) / BatchSize);

    /// <summary>Whether every pass has a random order of its own.</summary>
    public bool Shuffle { get; }

    /// <summary>Samples that are shuffled among one another; 0 where all are.</summary>
    public int Window { get; }

    public long Seed { get; }

    /// <summary>Threads that load ahead; 0 loads on the thread that asks.</summary>
    public int Workers { get; }

    /// <summary>Whether a last batch that is not full is left out.</summary>
    public bool DropLast { get; }

    /// <summary>What is known of the dataset.</summary>
    public DatasetInfo Info { get; }

    /// <summary>The position after the batch that was handed out last; at the end of a pass, the start of the next one.</summary>
    public LoaderState State { get; private set; }

    /// <summary>Makes the next enumeration begin at a position.</summary>
    /// <exception cref="CheckpointException">The position is of other data or settings, or beyond the pass.</exception>
    public void Restore(LoaderState state)
    {
        if (state.Count != SampleCount) throw new CheckpointException($"DataLoader: the position is of a dataset of {state.Count} samples, this one has {SampleCount}");
        if (state.BatchSize != BatchSize) throw new CheckpointException($"DataLoader: the position counts batches of {state.BatchSize}, not of {BatchSize}");
        if (state.Seed != Seed) throw new CheckpointException($"DataLoader: the position belongs to seed {state.Seed}, not {Seed}");
        if (state.Window != Window) throw new CheckpointException($"DataLoader: the position counts windows of {state.Window}, not of {Window}");
        if (state.Epoch < 0 || state.Batch < 0 || state.Batch > BatchCount)
            throw new CheckpointException($"DataLoader: there is no batch {state.Batch} in epoch {state.Epoch} ({BatchCount} batches a pass)");
        (State, _restored, _current) = (state, true, null);
    }

    public IEnumerator<T> GetEnumerator()
    {
        // Runs at the first MoveNext: an enumerator that is never used leaves the position alone.
        object pass = new();
        var start = State.Batch == 0 || _restored ? State : State with { Epoch = State.Epoch + 1, Batch = 0 };
        (State, _restored, _current) = (start, false, pass);
        var order = !Shuffle ? SampleOrder.InOrder
            : Window > 0 ? new WindowedOrder(_shards, Window, Seed, start.Epoch)
            : SampleOrder.Shuffled(SampleCount, Seed, start.Epoch);
        T Load(int batch) => _load(Indices(order, batch), start.Epoch);

        if (Workers == 0)
        {
            for (int batch = start.Batch; batch < BatchCount; batch++)
            {
                var loaded = Load(batch);
                Advance(pass, start with { Batch = batch + 1 });
                yield return loaded;
            }
        }
        else if (start.Batch < BatchCount)
        {
            using var prefetcher = new Prefetcher<T>(Load, start.Batch, BatchCount, Workers, Workers * _prefetch);
            for (int batch = start.Batch; batch < BatchCount; batch++)
            {
                var loaded = prefetcher.Take();
                Advance(pass, start with { Batch = batch + 1 });
                yield return loaded;
            }
        }
        Advance(pass, start with { Epoch = start.Epoch + 1, Batch = 0 });
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Advance(object pass, LoaderState state)
    {
        // A pass that a newer one or Restore has replaced no longer moves the position.
        if (_current == pass) State = state;
    }

    private int[] Indices(SampleOrder order, int batch)
    {
        int start = batch * BatchSize, length = Math.Min(BatchSize, SampleCount - start);
        var indices = new int[length];
        for (int i = 0; i < length; i++) indices[i] = order[start + i];
        return indices;
    }
}
