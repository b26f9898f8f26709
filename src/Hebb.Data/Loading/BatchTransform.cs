namespace Hebb.Data;

/// <summary>Which samples a batch holds, and each one's own random numbers.</summary>
public readonly ref struct BatchContext(ReadOnlySpan<int> indices, long seed, int epoch)
{
    private readonly ReadOnlySpan<int> _indices = indices;

    /// <summary>The samples' indices in the dataset, row by row.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    /// <summary>The pass over the data, from 0.</summary>
    public int Epoch { get; } = epoch;

    /// <summary>
    /// The random numbers of one row, keyed by (seed, epoch, sample index): the same at any number of workers. Transforms after one
    /// another pass different <paramref name="stream"/> numbers, or they draw the same.
    /// </summary>
    public SampleRandom Random(int row, int stream = 0) => new(seed, RandomDomain.Augmentation + (uint)stream, Epoch, _indices[row]);

    /// <summary>The random numbers of all rows for one transform, for use on other threads.</summary>
    internal SampleKeys Keys(int stream) => new(_indices.ToArray(), seed, Epoch, stream);

    /// <summary>The same for some of the rows.</summary>
    internal BatchContext Rows(ReadOnlySpan<int> rows)
    {
        var chosen = new int[rows.Length];
        for (int i = 0; i < chosen.Length; i++) chosen[i] = _indices[rows[i]];
        return new BatchContext(chosen, seed, Epoch);
    }
}

/// <summary>The random numbers of each row of a batch for one transform.</summary>
internal readonly struct SampleKeys(int[] indices, long seed, int epoch, int stream)
{
    public SampleRandom this[int row] => new(seed, RandomDomain.Augmentation + (uint)stream, epoch, indices[row]);
}

/// <summary>A change to whole batches as they are loaded, such as an augmentation. Applied on worker threads: it must not keep state.</summary>
public abstract class BatchTransform
{
    /// <summary>The changed batch. The inputs may be overwritten: they belong to this batch alone.</summary>
    /// <param name="batch">What was loaded.</param>
    /// <param name="context">Its samples and their random numbers.</param>
    /// <param name="stream">The place of this transform among those of the loader, for <see cref="BatchContext.Random"/>.</param>
    public abstract Batch Apply(Batch batch, in BatchContext context, int stream);

    /// <summary>The changed inputs of a batch of its own, outside any loader; those given stay as they are.</summary>
    /// <param name="inputs">[batch, …]</param>
    /// <param name="seed">Chooses what is random, together with the rows' numbers.</param>
    /// <param name="epoch">So does this.</param>
    public Tensor Apply(Tensor inputs, long seed = 0, int epoch = 0) => Apply(new Batch(inputs, Tensor.Zeros([inputs.Rank == 0 ? 0 : inputs.Shape[0]])), seed, epoch).Inputs;

    /// <summary>The changed batch, outside any loader; keyed by <see cref="Batch.Indices"/>, or by the rows' numbers where those are not known.</summary>
    /// <param name="batch">Inputs and targets; they stay as they are unless the transform says otherwise.</param>
    /// <param name="seed">Chooses what is random, together with the rows' numbers.</param>
    /// <param name="epoch">So does this.</param>
    public Batch Apply(Batch batch, long seed = 0, int epoch = 0)
    {
        int[] indices = batch.Indices.Count == batch.Count ? [.. batch.Indices] : [.. Enumerable.Range(0, batch.Count)];
        return Apply(batch, new BatchContext(indices, seed, epoch), 0);
    }

    /// <summary>This, then another.</summary>
    public BatchTransform Then(BatchTransform next) => new Compose(this, next);

    /// <summary>A transform that needs no randomness, from a function.</summary>
    public static BatchTransform From(Func<Batch, Batch> function) => new Lambda(function);

    private sealed class Lambda(Func<Batch, Batch> function) : BatchTransform
    {
        public override Batch Apply(Batch batch, in BatchContext context, int stream) => function(batch);
    }
}
