namespace Hebb;

/// <summary>Mean reciprocal rank: 1 / (place of the first relevant candidate).</summary>
/// <param name="k">Places that count; all by default. Without a relevant one among them a question counts 0.</param>
/// <param name="skipEmpty">Questions without a relevant candidate do not count; otherwise they count 0.</param>
/// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
public sealed class RetrievalMRR(int? k = null, bool skipEmpty = false) : RetrievalMetric("mrr", k, skipEmpty)
{
    public override Metric Fresh() => new RetrievalMRR(K, SkipEmpty);

    private protected override double Of(List<double> ranked)
    {
        int first = ranked.FindIndex(r => r > 0);
        return first < (K ?? int.MaxValue) ? 1.0 / (first + 1) : 0;
    }
}

/// <summary>
/// Mean average precision of rankings: the mean of the precision at the place of each relevant candidate, among the first k; divided by how many relevant ones there are, at most k.
/// </summary>
/// <inheritdoc cref="RetrievalMRR(int?, bool)"/>
public sealed class RetrievalMAP(int? k = null, bool skipEmpty = false) : RetrievalMetric("map", k, skipEmpty)
{
    public override Metric Fresh() => new RetrievalMAP(K, SkipEmpty);

    private protected override double Of(List<double> ranked)
    {
        int places = Math.Min(K ?? int.MaxValue, ranked.Count), hits = 0;
        double sum = 0;
        for (int i = 0; i < places; i++)
        {
            if (ranked[i] > 0)
                sum += (double)++hits / (i + 1);
        }
        return sum / Math.Min(Hits(ranked, ranked.Count), places);
    }
}

/// <summary>
/// Normalised discounted cumulative gain: the sum of relevance / log2(1 + place) over the first k places, as a share of that of the best order (Järvelin and Kekäläinen 2002).
/// </summary>
/// <param name="k">Places that count; all by default.</param>
/// <param name="skipEmpty">Questions without a relevant candidate do not count; otherwise they count 0.</param>
/// <param name="exponential">Gains are 2^relevance - 1 (Burges et al. 2005) in place of the relevance.</param>
/// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
public sealed class RetrievalNdcg(int? k = null, bool skipEmpty = false, bool exponential = false) : RetrievalMetric("ndcg", k, skipEmpty)
{
    private protected override string Settings => $"{base.Settings}, exponential {exponential}";

    public override Metric Fresh() => new RetrievalNdcg(K, SkipEmpty, exponential);

    private protected override double Of(List<double> ranked) => Gain(ranked) / Gain([.. ranked.OrderDescending()]);

    private double Gain(List<double> relevances)
    {
        double sum = 0;
        for (int i = 0; i < Math.Min(K ?? int.MaxValue, relevances.Count); i++)
            sum += (exponential ? Math.Pow(2, relevances[i]) - 1 : relevances[i]) / Math.Log2(i + 2);
        return sum;
    }
}

/// <summary>The share of questions with a relevant candidate among the first k.</summary>
/// <inheritdoc cref="RetrievalMRR(int?, bool)"/>
public sealed class RetrievalHitRate(int? k = null, bool skipEmpty = false) : RetrievalMetric("hit_rate", k, skipEmpty)
{
    public override Metric Fresh() => new RetrievalHitRate(K, SkipEmpty);

    private protected override double Of(List<double> ranked) => Hits(ranked, K ?? ranked.Count) > 0 ? 1 : 0;
}

/// <summary>Of the relevant candidates, the share that is among the first k.</summary>
/// <inheritdoc cref="RetrievalMRR(int?, bool)"/>
public sealed class RetrievalRecall(int? k = null, bool skipEmpty = false) : RetrievalMetric("retrieval_recall", k, skipEmpty)
{
    public override Metric Fresh() => new RetrievalRecall(K, SkipEmpty);

    private protected override double Of(List<double> ranked) => (double)Hits(ranked, K ?? ranked.Count) / Hits(ranked, ranked.Count);
}

/// <summary>Of the first k places, the share with a relevant candidate; places beyond the candidates count as misses.</summary>
/// <inheritdoc cref="RetrievalMRR(int?, bool)"/>
public sealed class RetrievalPrecision(int? k = null, bool skipEmpty = false) : RetrievalMetric("retrieval_precision", k, skipEmpty)
{
    public override Metric Fresh() => new RetrievalPrecision(K, SkipEmpty);

    private protected override double Of(List<double> ranked) => (double)Hits(ranked, K ?? ranked.Count) / (K ?? ranked.Count);
}

/// <summary>Precision among the first R places, where R is how many relevant candidates the question has.</summary>
/// <param name="skipEmpty">Questions without a relevant candidate do not count; otherwise they count 0.</param>
public sealed class RetrievalRPrecision(bool skipEmpty = false) : RetrievalMetric("r_precision", null, skipEmpty)
{
    public override Metric Fresh() => new RetrievalRPrecision(SkipEmpty);

    private protected override double Of(List<double> ranked)
    {
        int relevant = Hits(ranked, ranked.Count);
        return (double)Hits(ranked, relevant) / relevant;
    }
}

/// <summary>Of the candidates that are not relevant, the share that is among the first k. Lower is better.</summary>
/// <param name="k">Places that count; all by default.</param>
/// <param name="skipEmpty">Questions whose candidates are all relevant do not count; otherwise they count 0.</param>
/// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
public sealed class RetrievalFallOut(int? k = null, bool skipEmpty = false) : RetrievalMetric("fall_out", k, skipEmpty)
{
    public override bool HigherIsBetter => false;

    public override Metric Fresh() => new RetrievalFallOut(K, SkipEmpty);

    private protected override double Of(List<double> ranked)
    {
        int places = Math.Min(K ?? int.MaxValue, ranked.Count), others = ranked.Count - Hits(ranked, ranked.Count);
        return (double)(places - Hits(ranked, places)) / others;
    }

    private protected override bool IsEmpty(List<double> ranked) => ranked.TrueForAll(r => r > 0);
}
