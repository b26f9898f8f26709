namespace Hebb.Data;

/// <summary>From a dataset to its batches.</summary>
public static class LoaderExtensions
{
    /// <summary>Batches of inputs and targets, stacked along a new first axis.</summary>
    /// <param name="dataset">Samples of one shape.</param>
    /// <param name="batchSize">Samples a batch; the last one may be smaller.</param>
    /// <param name="shuffle">Whether every epoch has a random order of its own.</param>
    /// <param name="seed">Chooses orders and augmentations.</param>
    /// <param name="workers">Threads that load ahead; 0 loads on the thread that asks. Changes no bit of any batch.</param>
    /// <param name="dropLast">Leaves out a last batch that is not full.</param>
    /// <param name="transform">Applied to every batch, such as an augmentation.</param>
    /// <param name="prefetch">Batches a worker may be ahead.</param>
    /// <param name="window">
    /// With <paramref name="shuffle"/>, shuffles only this many neighbouring samples among one another, and shards as wholes: for data on disk that are larger than
    /// memory, of which a pass then reads only a little at a time. 0 shuffles all.
    /// </param>
    /// <exception cref="DataException">The dataset is empty, or a number is out of range.</exception>
    public static DataLoader<Batch> Batches(
        this IDataset<Sample> dataset, int batchSize, bool shuffle = false, long seed = 0, int workers = 0, bool dropLast = false,
        BatchTransform? transform = null, int prefetch = 2, int window = 0)
    {
        return new DataLoader<Batch>(dataset.Count, new LoaderOptions(batchSize, shuffle, seed, workers, dropLast, prefetch, window), Load, dataset.Info, (dataset as IShards)?.ShardCounts);

        Batch Load(int[] indices, int epoch)
        {
            var batch = Collation.Stack(dataset, indices);
            if (transform is null) return batch;
            return Collation.Guard(indices, "transform", () => transform.Apply(batch, new BatchContext(indices, seed, epoch), 0));
        }
    }

    /// <summary>Batches of any samples, made by a function.</summary>
    /// <param name="dataset">Any samples.</param>
    /// <param name="batchSize">Samples a batch; the last one may be smaller.</param>
    /// <param name="collate">Makes a batch of its samples; called from worker threads.</param>
    /// <param name="shuffle">Whether every epoch has a random order of its own.</param>
    /// <param name="seed">Chooses the orders.</param>
    /// <param name="workers">Threads that load ahead; 0 loads on the thread that asks.</param>
    /// <param name="dropLast">Leaves out a last batch that is not full.</param>
    /// <param name="prefetch">Batches a worker may be ahead.</param>
    /// <param name="window">
    /// With <paramref name="shuffle"/>, shuffles only this many neighbouring samples among one another, and shards as wholes: for data on disk that are larger than
    /// memory, of which a pass then reads only a little at a time. 0 shuffles all.
    /// </param>
    /// <exception cref="DataException">The dataset is empty, or a number is out of range.</exception>
    public static DataLoader<TBatch> Batches<T, TBatch>(
        this IDataset<T> dataset, int batchSize, Func<IReadOnlyList<T>, TBatch> collate, bool shuffle = false, long seed = 0, int workers = 0,
        bool dropLast = false, int prefetch = 2, int window = 0)
    {
        return new DataLoader<TBatch>(dataset.Count, new LoaderOptions(batchSize, shuffle, seed, workers, dropLast, prefetch, window), Load, dataset.Info, (dataset as IShards)?.ShardCounts);

        TBatch Load(int[] indices, int epoch)
        {
            var samples = Array.ConvertAll(indices, index => Collation.Read(dataset, index));
            return Collation.Guard(indices, "collating", () => collate(samples));
        }
    }
}
