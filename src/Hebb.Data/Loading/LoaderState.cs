namespace Hebb.Data;

/// <summary>
/// Where a loader stands: what a checkpoint stores to go on with the very next batch. Sizes and seed are kept to notice data or
/// settings that changed in between.
/// </summary>
/// <param name="Epoch">The pass over the data, from 0.</param>
/// <param name="Batch">The next batch of that pass.</param>
/// <param name="Seed">The loader's seed.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="BatchSize">Samples a batch.</param>
/// <param name="Window">Samples that are shuffled among one another; 0 where all are.</param>
public readonly record struct LoaderState(int Epoch, int Batch, long Seed, int Count, int BatchSize, int Window = 0);
