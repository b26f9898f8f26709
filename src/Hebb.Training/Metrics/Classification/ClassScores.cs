namespace Hebb;

/// <summary>Of the samples taken for a class, the share that is of it: TP / (TP + FP).</summary>
/// <inheritdoc cref="F1(Average, double, long, bool)" path="/param"/>
public sealed class Precision(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("precision", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new Precision(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.True, c.True + c.False);
}

/// <summary>Of the samples of a class, the share that was taken for it: TP / (TP + FN). Also called sensitivity.</summary>
/// <inheritdoc cref="F1(Average, double, long, bool)" path="/param"/>
public sealed class Recall(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("recall", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new Recall(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.True, c.Targets);
}

/// <summary>Of the samples of other classes, the share that was not taken for a class: TN / (TN + FP).</summary>
/// <inheritdoc cref="F1(Average, double, long, bool)" path="/param"/>
public sealed class Specificity(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("specificity", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new Specificity(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.Rejected, c.Rejected + c.False);
}

/// <summary>Of the samples not taken for a class, the share that is not of it: TN / (TN + FN).</summary>
/// <inheritdoc cref="F1(Average, double, long, bool)" path="/param"/>
public sealed class NegativePredictiveValue(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("npv", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new NegativePredictiveValue(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.Rejected, c.Rejected + c.Missed);
}

/// <summary>The harmonic mean of precision and recall: 2 TP / (2 TP + FP + FN). On pictures whose every pixel has a class, the Dice score.</summary>
/// <param name="average">How the figures of the classes become one.</param>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
/// <param name="multilabel">Scores [n, L] and targets of that shape: a sample has any number of the labels.</param>
public sealed class F1(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("f1", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new F1(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(2 * c.True, 2 * c.True + c.False + c.Missed);
}

/// <summary>Precision and recall, the latter weighing beta times as much: (1 + b²) TP / ((1 + b²) TP + b² FN + FP) (van Rijsbergen, "Information Retrieval", 1979).</summary>
public sealed class FBeta : ClassScore
{
    private readonly double _beta;

    /// <param name="beta">Weight of recall: 2 for recall twice as important as precision.</param>
    /// <param name="average">How the figures of the classes become one.</param>
    /// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
    /// <param name="ignoreIndex">Targets of this number do not count.</param>
    /// <param name="multilabel">Scores [n, L] and targets of that shape: a sample has any number of the labels.</param>
    /// <exception cref="ArgumentOutOfRangeException">beta is not positive.</exception>
    public FBeta(double beta, Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
        : base($"f{MetricText.Plain(beta)}", average, threshold, ignoreIndex, multilabel)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta);
        _beta = beta;
    }

    public override Metric Fresh() => new FBeta(_beta, Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c)
    {
        double square = _beta * _beta, right = (1 + square) * c.True;
        return ClassCounts.Ratio(right, right + square * c.Missed + c.False);
    }
}

/// <summary>Intersection over union of what is of a class and what was taken for it: TP / (TP + FP + FN) (Jaccard 1901).</summary>
/// <inheritdoc cref="F1(Average, double, long, bool)" path="/param"/>
public sealed class Jaccard(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100, bool multilabel = false)
    : ClassScore("jaccard", average, threshold, ignoreIndex, multilabel)
{
    public override Metric Fresh() => new Jaccard(Average, Threshold, IgnoreIndex, Multilabel);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.True, c.True + c.False + c.Missed);
}

/// <summary>The mean recall of the classes that occur among the targets: right answers, each class weighing the same.</summary>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class BalancedAccuracy(double threshold = 0, long ignoreIndex = -100) : ClassScore("balanced_accuracy", Average.Macro, threshold, ignoreIndex, false)
{
    public override string Name => "balanced_accuracy";

    public override Metric Fresh() => new BalancedAccuracy(Threshold, IgnoreIndex);

    public override string Format(double value) => MetricText.Percent(value);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.True, c.Targets);

    private protected override bool Counted(in ClassCounts c) => c.Targets > 0;
}

/// <summary>
/// Segmentation: the mean over classes of the intersection over union of pixels, from scores [n, C, h, w] and classes [n, h, w]. Classes that neither occur nor were predicted do
/// not count; <see cref="ClassScore.PerClass"/> gives each.
/// </summary>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Pixels of this class do not count; 255 in many data sets.</param>
public sealed class MeanIoU(double threshold = 0, long ignoreIndex = -100) : ClassScore("mean_iou", Average.Macro, threshold, ignoreIndex, false)
{
    public override string Name => "mean_iou";

    public override Metric Fresh() => new MeanIoU(Threshold, IgnoreIndex);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(c.True, c.True + c.False + c.Missed);
}

/// <summary>Segmentation: the mean over classes of 2 |A ∩ B| / (|A| + |B|), from the pixels of all pictures (Dice 1945).</summary>
/// <inheritdoc cref="MeanIoU(double, long)" path="/param"/>
public sealed class DiceScore(double threshold = 0, long ignoreIndex = -100) : ClassScore("dice", Average.Macro, threshold, ignoreIndex, false)
{
    public override string Name => "dice";

    public override Metric Fresh() => new DiceScore(Threshold, IgnoreIndex);

    private protected override double Of(in ClassCounts c) => ClassCounts.Ratio(2 * c.True, 2 * c.True + c.False + c.Missed);
}
