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
}

/// <summary>A change to whole batches as they are loaded, such as an augmentation. Applied on worker threads: it must not keep state.</summary>
public abstract class BatchTransform
{
    /// <summary>The changed batch. The inputs may be overwritten: they belong to this batch alone.</summary>
    /// <param name="batch">What was loaded.</param>
    /// <param name="context">Its samples and their random numbers.</param>
    /// <param name="stream">The place of this transform among those of the loader, for <see cref="BatchContext.Random"/>.</param>
    public abstract Batch Apply(Batch batch, in BatchContext context, int stream);

    /// <summary>This, then another.</summary>
    public BatchTransform Then(BatchTransform next) => new Sequence([.. Parts, .. next.Parts]);

    /// <summary>A transform that needs no randomness, from a function.</summary>
    public static BatchTransform From(Func<Batch, Batch> function) => new Lambda(function);

    private protected virtual IReadOnlyList<BatchTransform> Parts => [this];

    private sealed class Sequence(IReadOnlyList<BatchTransform> parts) : BatchTransform
    {
        private protected override IReadOnlyList<BatchTransform> Parts => parts;

        public override Batch Apply(Batch batch, in BatchContext context, int stream)
        {
            for (int i = 0; i < parts.Count; i++) batch = parts[i].Apply(batch, context, stream + i);
            return batch;
        }
    }

    private sealed class Lambda(Func<Batch, Batch> function) : BatchTransform
    {
        public override Batch Apply(Batch batch, in BatchContext context, int stream) => function(batch);
    }
}
