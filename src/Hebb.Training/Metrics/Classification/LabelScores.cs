using static System.FormattableString;

namespace Hebb;

/// <summary>The share of wrong decisions: of labels that do not exclude each other, the wrong ones among all; of classes, 1 - accuracy (Hamming 1950). Lower is better.</summary>
/// <param name="threshold">Above it a score means that the label is there: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
/// <param name="multilabel">Scores [n, L] and targets of that shape: a sample has any number of the labels.</param>
public sealed class HammingDistance(double threshold = 0, long ignoreIndex = -100, bool multilabel = false) : GatheredMetric
{
    private readonly Tally _wrong = new(), _count = new();

    public override string Name => "hamming";

    public override bool HigherIsBetter => false;

    public override double Value => _count.Value == 0 ? double.NaN : (double)_wrong.Value / _count.Value;

    private protected override string Settings => Invariant($"threshold {threshold}, ignoreIndex {ignoreIndex}, multilabel {multilabel}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("wrong", _wrong), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        long[] predicted, actual;
        if (multilabel)
        {
            (_, double[] scores, actual) = ClassPairs.OfLabels(Name, output, target, ignoreIndex);
            predicted = Array.ConvertAll(scores, s => s > threshold ? 1L : 0);
        }
        else
        {
            var pairs = ClassPairs.Of(Name, output, target, threshold, ignoreIndex);
            (predicted, actual) = (pairs.Predicted, pairs.Actual);
        }
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] == ClassPairs.Ignored)
                continue;
            _count.Value++;
            if (actual[i] != predicted[i])
                _wrong.Value++;
        }
    }

    public override Metric Fresh() => new HammingDistance(threshold, ignoreIndex, multilabel);
}

/// <summary>
/// The share of samples of which everything is right: every label of a multi-label sample (subset accuracy), or every position of scores [n, C, …] with classes [n, …].
/// </summary>
/// <param name="threshold">Above it a score means that the label is there: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
/// <param name="multilabel">Scores [n, L] and targets of that shape: a sample has any number of the labels.</param>
public sealed class ExactMatch(double threshold = 0, long ignoreIndex = -100, bool multilabel = false) : GatheredMetric
{
    private readonly Tally _right = new(), _count = new();

    public override string Name => "exact_match";

    public override double Value => _count.Value == 0 ? double.NaN : (double)_right.Value / _count.Value;

    private protected override string Settings => Invariant($"threshold {threshold}, ignoreIndex {ignoreIndex}, multilabel {multilabel}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("right", _right), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        int samples = target.Rank == 0 ? 1 : target.Shape[0];
        long[] predicted, actual;
        if (multilabel)
        {
            (_, double[] scores, actual) = ClassPairs.OfLabels(Name, output, target, ignoreIndex);
            predicted = Array.ConvertAll(scores, s => s > threshold ? 1L : 0);
        }
        else
        {
            var pairs = ClassPairs.Of(Name, output, target, threshold, ignoreIndex);
            (predicted, actual) = (pairs.Predicted, pairs.Actual);
        }
        int places = samples == 0 ? 0 : actual.Length / samples;
        for (int start = 0; start < actual.Length; start += places)
        {
            bool any = false, right = true;
            for (int i = start; i < start + places; i++)
            {
                any |= actual[i] != ClassPairs.Ignored;
                right &= actual[i] == ClassPairs.Ignored || actual[i] == predicted[i];
            }
            if (!any)
                continue;
            _count.Value++;
            if (right)
                _right.Value++;
        }
    }

    public override Metric Fresh() => new ExactMatch(threshold, ignoreIndex, multilabel);

    public override string Format(double value) => MetricText.Percent(value);
}
