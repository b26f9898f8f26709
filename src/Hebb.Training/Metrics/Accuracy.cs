namespace Hebb;

/// <summary>
/// The share of right answers: of scores [n, C, …] with class numbers [n, …] those whose highest score (the first of equal ones) is the target's; of single
/// scores with targets 0 and 1 those on the right side of the threshold.
/// </summary>
/// <param name="threshold">Above it a single score means 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class Accuracy(double threshold = 0, long ignoreIndex = -100) : Metric
{
    private long _right, _count;

    public override string Name => "accuracy";

    public override double Value => _count == 0 ? double.NaN : (double)_right / _count;

    public override void Update(Tensor output, Tensor target)
    {
        var pairs = ClassPairs.Of(Name, output, target, threshold, ignoreIndex);
        for (int i = 0; i < pairs.Actual.Length; i++)
        {
            if (pairs.Actual[i] == ClassPairs.Ignored)
                continue;
            _count++;
            if (pairs.Actual[i] == pairs.Predicted[i])
                _right++;
        }
    }

    public override Metric Fresh() => new Accuracy(threshold, ignoreIndex);

    public override string Format(double value) => MetricText.Percent(value);

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["right"] = MetricState.Of(_right), ["count"] = MetricState.Of(_count) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => (_right, _count) = (state.Long(Name, "right"), state.Long(Name, "count"));
}
