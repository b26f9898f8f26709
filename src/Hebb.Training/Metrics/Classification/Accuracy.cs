using static System.FormattableString;

namespace Hebb;

/// <summary>
/// The share of right answers: of scores [n, C, …] with class numbers [n, …] those whose highest score (the first of equal ones) is the target's; of single
/// scores with targets 0 and 1 those on the right side of the threshold. Of pictures whose every pixel has a class, the pixel accuracy.
/// </summary>
/// <param name="threshold">Above it a single score means 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class Accuracy(double threshold = 0, long ignoreIndex = -100) : GatheredMetric
{
    private readonly Tally _right = new(), _count = new();

    public override string Name => "accuracy";

    public override double Value => _count.Value == 0 ? double.NaN : (double)_right.Value / _count.Value;

    private protected override string Settings => Invariant($"threshold {threshold}, ignoreIndex {ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("right", _right), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        var pairs = ClassPairs.Of(Name, output, target, threshold, ignoreIndex);
        for (int i = 0; i < pairs.Actual.Length; i++)
        {
            if (pairs.Actual[i] == ClassPairs.Ignored)
                continue;
            _count.Value++;
            if (pairs.Actual[i] == pairs.Predicted[i])
                _right.Value++;
        }
    }

    public override Metric Fresh() => new Accuracy(threshold, ignoreIndex);

    public override string Format(double value) => MetricText.Percent(value);
}
