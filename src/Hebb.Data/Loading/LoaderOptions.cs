namespace Hebb.Data;

internal readonly record struct LoaderOptions(int BatchSize, bool Shuffle, long Seed, int Workers, bool DropLast, int Prefetch, int Window)
{
    private const int MaxWorkers = 256, MaxPrefetch = 1024;

    public void Check(int count)
    {
        if (BatchSize < 1) throw new DataException($"Batches: a batch size of {BatchSize}: must be at least 1");
        if (Workers is < 0 or > MaxWorkers) throw new DataException($"Batches: {Workers} workers: must be 0 to {MaxWorkers}");
        if (Prefetch is < 1 or > MaxPrefetch) throw new DataException($"Batches: prefetch of {Prefetch}: must be 1 to {MaxPrefetch} batches a worker");
        if (Window < 0) throw new DataException($"Batches: a window of {Window}: must be at least 1, or 0 for all samples");
        if (Window > 0 && !Shuffle) throw new DataException($"Batches: a window of {Window} without shuffling: say shuffle: true");
        if (count == 0) throw new DataException("Batches: the dataset is empty");
        if (DropLast && count < BatchSize) throw new DataException($"Batches: dropLast leaves nothing of {count} samples in batches of {BatchSize}");
    }
}
