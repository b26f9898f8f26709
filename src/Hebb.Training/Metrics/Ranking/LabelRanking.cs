namespace Hebb;

/// <summary>Multi-label: the mean over the true labels of a sample of the share of labels ranked as high that are true too. Samples with no label, or with all, count 1.</summary>
public sealed class LabelRankingAveragePrecision() : LabelRanking("lrap")
{
    public override Metric Fresh() => new LabelRankingAveragePrecision();

    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<long> labels)
    {
        double sum = 0;
        int there = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (labels[i] != 1)
                continue;
            int rank = 0, right = 0;
            for (int j = 0; j < scores.Length; j++)
            {
                if (scores[j] < scores[i])
                    continue;
                rank++;
                right += labels[j] == 1 ? 1 : 0;
            }
            sum += (double)right / rank;
            there++;
        }
        return there == 0 || there == scores.Length ? 1 : sum / there;
    }
}

/// <summary>Multi-label: the share of pairs of a true and a false label that are in the wrong order, ties among them. Samples without such pairs count 0. Lower is better.</summary>
public sealed class LabelRankingLoss() : LabelRanking("label_ranking_loss")
{
    public override bool HigherIsBetter => false;

    public override Metric Fresh() => new LabelRankingLoss();

    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<long> labels)
    {
        long pairs = 0, wrong = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores.Length; j++)
            {
                if (labels[i] != 1 || labels[j] == 1)
                    continue;
                pairs++;
                wrong += scores[i] <= scores[j] ? 1 : 0;
            }
        }
        return pairs == 0 ? 0 : (double)wrong / pairs;
    }
}

/// <summary>Multi-label: how many labels must be taken, from the highest score down, to have all true ones; ties are taken together. Samples with no label count 0. Lower is better.</summary>
public sealed class CoverageError() : LabelRanking("coverage_error")
{
    public override bool HigherIsBetter => false;

    public override Metric Fresh() => new CoverageError();

    private protected override double Of(ReadOnlySpan<double> scores, ReadOnlySpan<long> labels)
    {
        double least = double.PositiveInfinity;
        for (int i = 0; i < scores.Length; i++)
            least = labels[i] == 1 ? Math.Min(least, scores[i]) : least;
        int taken = 0;
        foreach (double score in scores)
            taken += score >= least ? 1 : 0;
        return taken;
    }
}

/// <summary>What rankings of labels share: scores and labels of 0 and 1, both [n, L]; the mean over samples.</summary>
public abstract class LabelRanking : GatheredMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();
    private readonly string _name;

    private protected LabelRanking(string name) => _name = name;

    public override string Name => _name;

    public override double Value => _count.Value == 0 ? double.NaN : _sum.Value / _count.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        var (labels, scores, actual) = ClassPairs.OfLabels(Name, output, target, long.MinValue);
        for (int start = 0; start < scores.Length; start += labels)
        {
            _sum.Add(Of(scores.AsSpan(start, labels), actual.AsSpan(start, labels)));
            _count.Value++;
        }
    }

    private protected abstract double Of(ReadOnlySpan<double> scores, ReadOnlySpan<long> labels);
}
