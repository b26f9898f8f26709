namespace Hebb;

/// <summary>How often each class was taken for each. A table, so it stands in no history; read it from <see cref="Evaluation.Find"/>.</summary>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class ConfusionMatrix(double threshold = 0, long ignoreIndex = -100) : Metric
{
    private long[,] _counts = new long[0, 0];

    public override string Name => "confusion";

    public override bool IsScalar => false;

    /// <summary>Always NaN: the counts are the result.</summary>
    public override double Value => double.NaN;

    public int Classes => _counts.GetLength(0);

    /// <summary>Samples of class <paramref name="actual"/> that were taken for <paramref name="predicted"/>.</summary>
    public long this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>All counts: rows are true classes, columns predicted ones.</summary>
    public long[,] Counts => (long[,])_counts.Clone();

    public override void Update(Tensor output, Tensor target) => Add(ClassPairs.Of(Name, output, target, threshold, ignoreIndex));

    internal void Add(in ClassPairs pairs)
    {
        if (Classes == 0)
            _counts = new long[pairs.Classes, pairs.Classes];
        else if (Classes != pairs.Classes)
            throw new ShapeException($"{Name}: the output has {pairs.Classes} classes, that of earlier batches {Classes}");
        for (int i = 0; i < pairs.Actual.Length; i++)
        {
            if (pairs.Actual[i] != ClassPairs.Ignored)
                _counts[pairs.Actual[i], pairs.Predicted[i]]++;
        }
    }

    public override Metric Fresh() => new ConfusionMatrix(threshold, ignoreIndex);

    public override string Format(double value) => $"{Classes} x {Classes}";

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["counts"] = Tensor.From(_counts) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        long[] flat = state.Array<long>(Name, "counts");
        int classes = (int)Math.Sqrt(flat.Length);
        if (classes * classes != flat.Length)
            throw new CheckpointException($"the state of {Name} has {flat.Length} counts, which is no square");
        _counts = new long[classes, classes];
        for (int i = 0; i < flat.Length; i++)
            _counts[i / classes, i % classes] = flat[i];
    }
}
