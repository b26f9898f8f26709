using static System.FormattableString;

namespace Hebb;

/// <summary>How often each class was taken for each. A table, so it stands in no history; read it from <see cref="Evaluation.Find"/>.</summary>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class ConfusionMatrix(double threshold = 0, long ignoreIndex = -100) : GatheredMetric
{
    // Rows are true classes.
    private readonly Tallies _counts = new();

    public override string Name => "confusion";

    public override bool IsScalar => false;

    /// <summary>Always NaN: the counts are the result.</summary>
    public override double Value => double.NaN;

    public int Classes => (int)Math.Sqrt(_counts.Length);

    /// <summary>Samples of class <paramref name="actual"/> that were taken for <paramref name="predicted"/>.</summary>
    public long this[int actual, int predicted] => _counts[actual * Classes + predicted];

    /// <summary>All counts: rows are true classes, columns predicted ones.</summary>
    public long[,] Counts
    {
        get
        {
            int classes = Classes;
            var counts = new long[classes, classes];
            for (int i = 0; i < _counts.Length; i++)
                counts[i / classes, i % classes] = _counts[i];
            return counts;
        }
    }

    internal Tallies Cells => _counts;

    private protected override string Settings => Invariant($"threshold {threshold}, ignoreIndex {ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("counts", _counts)];

    private protected override bool IsConsistent => Classes * Classes == _counts.Length;

    public override void Update(Tensor output, Tensor target)
    {
        var pairs = ClassPairs.Of(Name, output, target, threshold, ignoreIndex);
        if (_counts.Length > 0 && Classes != pairs.Classes)
            throw new ShapeException($"{Name}: the output has {pairs.Classes} classes, that of earlier batches {Classes}");
        _counts.Fit(pairs.Classes * pairs.Classes, Name, "pairs of classes");
        for (int i = 0; i < pairs.Actual.Length; i++)
        {
            if (pairs.Actual[i] != ClassPairs.Ignored)
                _counts[(int)pairs.Actual[i] * pairs.Classes + (int)pairs.Predicted[i]]++;
        }
    }

    public override Metric Fresh() => new ConfusionMatrix(threshold, ignoreIndex);

    public override string Format(double value) => $"{Classes} x {Classes}";
}
