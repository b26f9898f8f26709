namespace Hebb;

/// <summary>What a threshold gives: all samples that score at least that much are taken for the class.</summary>
/// <param name="Threshold">The least score taken; infinite where none is.</param>
/// <param name="Precision">TP / (TP + FP); 1 where none is taken.</param>
/// <param name="Recall">TP / (TP + FN), the rate of true positives.</param>
/// <param name="FalsePositiveRate">FP / (FP + TN).</param>
public readonly record struct CurvePoint(double Threshold, double Precision, double Recall, double FalsePositiveRate)
{
    /// <summary>TN / (TN + FP).</summary>
    public double Specificity => 1 - FalsePositiveRate;
}

/// <summary>What the curves and the best points on them share; two classes or single scores.</summary>
public abstract class CurveScore : RankedScore
{
    private protected CurveScore(string name, bool fromProbabilities) : base(name, fromProbabilities, Average.Macro, multilabel: false)
    {
    }

    /// <summary>What each different score gives as a threshold, from that above all to the lowest: the curves of receiver operating characteristic and of precision and recall.</summary>
    /// <exception cref="HebbException">There are more than two classes.</exception>
    public IReadOnlyList<CurvePoint> Points() => Points(Single());

    private protected static IReadOnlyList<CurvePoint> Points(in RankedSamples samples)
    {
        var (positives, negatives) = (samples.Positives, samples.Negatives);
        return [new(double.PositiveInfinity, 1, 0, 0), .. samples.Steps.Select(s => new CurvePoint(
            s.Score, (double)s.True / (s.True + s.False), ClassCounts.Ratio(s.True, positives), ClassCounts.Ratio(s.False, negatives)))];
    }
}

/// <summary>The points of the receiver operating characteristic and of precision and recall, for drawing them. A table: <see cref="CurveScore.Points()"/> is the result.</summary>
/// <param name="fromProbabilities">Scores [n, 2] are probabilities; otherwise logits.</param>
public sealed class ThresholdCurve(bool fromProbabilities = false) : CurveScore("curve", fromProbabilities)
{
    public override bool IsScalar => false;

    /// <summary>Always NaN: the points are the result.</summary>
    public override double Value => double.NaN;

    public override Metric Fresh() => new ThresholdCurve(FromProbabilities);

    private protected override double Of(in RankedSamples samples) => double.NaN;
}

/// <summary>What the four figures "best of one, at least so much of the other" share; NaN where no threshold reaches it.</summary>
public abstract class BestPoint : CurveScore
{
    private protected BestPoint(string name, double least, bool fromProbabilities) : base($"{name}_{MetricText.Plain(least)}", fromProbabilities)
    {
        if (!(least is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(least), least, $"{name}: must be from 0 to 1");
        Least = least;
    }

    private protected double Least { get; }

    /// <summary>The point that is best; of equal ones that of the highest threshold.</summary>
    /// <exception cref="HebbException">There are more than two classes, or no threshold reaches the bound.</exception>
    public CurvePoint Best() => Find(Single()) ?? throw new HebbException($"{Name}: no threshold reaches {MetricText.Plain(Least)}");

    private protected abstract (double Bounded, double Wanted) Sides(in CurvePoint point);

    private protected override double Of(in RankedSamples samples) =>
        samples.Positives == 0 || samples.Negatives == 0 || Find(samples) is not { } best ? double.NaN : Sides(best).Wanted;

    private CurvePoint? Find(in RankedSamples samples)
    {
        CurvePoint? best = null;
        foreach (var point in Points(samples))
        {
            if (Sides(point).Bounded >= Least && (best is not { } old || Sides(point).Wanted > Sides(old).Wanted))
                best = point;
        }
        return best;
    }
}

/// <summary>The best precision among the thresholds with at least so much recall.</summary>
/// <param name="recall">The least recall, 0 to 1.</param>
/// <param name="fromProbabilities">Scores [n, 2] are probabilities; otherwise logits.</param>
public sealed class PrecisionAtRecall(double recall, bool fromProbabilities = false) : BestPoint("precision_at_recall", recall, fromProbabilities)
{
    public override Metric Fresh() => new PrecisionAtRecall(Least, FromProbabilities);

    private protected override (double, double) Sides(in CurvePoint point) => (point.Recall, point.Precision);
}

/// <summary>The best recall among the thresholds with at least so much precision.</summary>
/// <param name="precision">The least precision, 0 to 1.</param>
/// <param name="fromProbabilities">Scores [n, 2] are probabilities; otherwise logits.</param>
public sealed class RecallAtPrecision(double precision, bool fromProbabilities = false) : BestPoint("recall_at_precision", precision, fromProbabilities)
{
    public override Metric Fresh() => new RecallAtPrecision(Least, FromProbabilities);

    private protected override (double, double) Sides(in CurvePoint point) => (point.Precision, point.Recall);
}

/// <summary>The best sensitivity (recall) among the thresholds with at least so much specificity.</summary>
/// <param name="specificity">The least specificity, 0 to 1.</param>
/// <param name="fromProbabilities">Scores [n, 2] are probabilities; otherwise logits.</param>
public sealed class SensitivityAtSpecificity(double specificity, bool fromProbabilities = false) : BestPoint("sensitivity_at_specificity", specificity, fromProbabilities)
{
    public override Metric Fresh() => new SensitivityAtSpecificity(Least, FromProbabilities);

    private protected override (double, double) Sides(in CurvePoint point) => (point.Specificity, point.Recall);
}

/// <summary>The best specificity among the thresholds with at least so much sensitivity (recall).</summary>
/// <param name="sensitivity">The least sensitivity, 0 to 1.</param>
/// <param name="fromProbabilities">Scores [n, 2] are probabilities; otherwise logits.</param>
public sealed class SpecificityAtSensitivity(double sensitivity, bool fromProbabilities = false) : BestPoint("specificity_at_sensitivity", sensitivity, fromProbabilities)
{
    public override Metric Fresh() => new SpecificityAtSensitivity(Least, FromProbabilities);

    private protected override (double, double) Sides(in CurvePoint point) => (point.Recall, point.Specificity);
}
