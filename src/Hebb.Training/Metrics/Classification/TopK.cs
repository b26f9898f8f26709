using static System.FormattableString;

namespace Hebb;

/// <summary>The share of samples whose target is among the k highest scores. Of equal scores the lower class number counts as higher.</summary>
public sealed class TopK : GatheredMetric
{
    private readonly int _k;
    private readonly long _ignoreIndex;
    private readonly Tally _right = new(), _count = new();

    /// <param name="k">How many guesses a sample has.</param>
    /// <param name="ignoreIndex">Targets of this number do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    public TopK(int k, long ignoreIndex = -100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        (_k, _ignoreIndex) = (k, ignoreIndex);
    }

    public override string Name => $"top{_k}_accuracy";

    public override double Value => _count.Value == 0 ? double.NaN : (double)_right.Value / _count.Value;

    private protected override string Settings => Invariant($"ignoreIndex {_ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("right", _right), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        if (!ClassPairs.IsByClass(output, target))
            throw new ShapeException($"{Name}: output {output.Shape} and target {target.DType.Name}{target.Shape} do not fit: scores [n, C] go with class numbers [n]");
        int classes = output.Shape[1], inner = output.Shape[0] == 0 ? 1 : (int)(output.Count / output.Shape[0] / classes);
        double[] scores = output.To(DType.Float64).ToArray<double>();
        long[] actual = ClassPairs.Numbers(Name, target, classes, _ignoreIndex);
        for (int i = 0; i < actual.Length; i++)
        {
            if (actual[i] == ClassPairs.Ignored)
                continue;
            int start = i / inner * classes * inner + i % inner, own = (int)actual[i], better = 0;
            double score = scores[start + own * inner];
            for (int c = 0; c < classes; c++)
            {
                double other = scores[start + c * inner];
                if (other > score || (other == score && c < own))
                    better++;
            }
            _count.Value++;
            // A score that is NaN is never among the highest.
            if (better < _k && !double.IsNaN(score))
                _right.Value++;
        }
    }

    public override Metric Fresh() => new TopK(_k, _ignoreIndex);

    public override string Format(double value) => MetricText.Percent(value);
}
