using static System.FormattableString;

namespace Hebb;

/// <summary>
/// The mean of -ln p(true class), cross-entropy as a figure: of scores [n, C, …] with classes [n, …], or of single scores with targets 0 and 1 (of any shape, so also of labels).
/// Probabilities under 2^-52 count as 2^-52.
/// </summary>
/// <param name="fromProbabilities">Scores are probabilities; otherwise logits.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class LogLoss(bool fromProbabilities = false, long ignoreIndex = -100) : GatheredMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();

    public override string Name => "log_loss";

    public override bool HigherIsBetter => false;

    public override double Value => _count.Value == 0 ? double.NaN : -_sum.Value / _count.Value;

    private protected override string Settings => Invariant($"fromProbabilities {fromProbabilities}, ignoreIndex {ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => Memory;

    internal IReadOnlyList<(string Name, Gathered Part)> Memory => [("sum", _sum), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        foreach (double log in ScoredSamples.Of(Name, output, target, fromProbabilities, ignoreIndex).LogLikelihoods)
        {
            _sum.Add(log);
            _count.Value++;
        }
    }

    public override Metric Fresh() => new LogLoss(fromProbabilities, ignoreIndex);
}

/// <summary>
/// exp(mean of -ln p(true token)): how many equally likely tokens the model hesitates between (Jelinek et al. 1977). Scores [n, V, t] with tokens [n, t], or [n, V] with [n].
/// </summary>
/// <param name="ignoreIndex">Tokens of this number do not count: padding.</param>
/// <param name="fromProbabilities">Scores are probabilities; otherwise logits.</param>
public sealed class Perplexity(long ignoreIndex = -100, bool fromProbabilities = false) : GatheredMetric
{
    private readonly LogLoss _loss = new(fromProbabilities, ignoreIndex);

    public override string Name => "perplexity";

    public override bool HigherIsBetter => false;

    public override double Value => Math.Exp(_loss.Value);

    /// <summary>The mean of -log2 p(true token).</summary>
    public double BitsPerToken => _loss.Value / Math.Log(2);

    private protected override string Settings => Invariant($"fromProbabilities {fromProbabilities}, ignoreIndex {ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => _loss.Memory;

    public override void Update(Tensor output, Tensor target) => _loss.Update(output, target);

    public override Metric Fresh() => new Perplexity(ignoreIndex, fromProbabilities);
}

/// <summary>
/// The mean squared distance of probabilities from what was true (Brier 1950): of single scores (p - y)², 0 to 1; of several classes the sum over all classes of (p_c - [c = y])², 0
/// to 2.
/// </summary>
/// <param name="fromProbabilities">Scores are probabilities; otherwise logits.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class BrierScore(bool fromProbabilities = false, long ignoreIndex = -100) : GatheredMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();

    public override string Name => "brier";

    public override bool HigherIsBetter => false;

    public override double Value => _count.Value == 0 ? double.NaN : _sum.Value / _count.Value;

    private protected override string Settings => Invariant($"fromProbabilities {fromProbabilities}, ignoreIndex {ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        var samples = ScoredSamples.Of(Name, output, target, fromProbabilities, ignoreIndex);
        for (int i = 0; i < samples.Targets.Length; i++)
        {
            var row = samples.Row(i);
            for (int c = 0; c < row.Length; c++)
            {
                double away = row[c] - (samples.Columns == 1 ? samples.Targets[i] : samples.Targets[i] == c ? 1 : 0);
                _sum.Add(away * away);
            }
            _count.Value++;
        }
    }

    public override Metric Fresh() => new BrierScore(fromProbabilities, ignoreIndex);
}
