namespace Hebb;

/// <summary>
/// The area under the receiver operating characteristic: the chance that a sample of a class scores higher than one that is not, ties counting half. Exact, from
/// ranks (Mann and Whitney 1947). Single scores [n] or [n, 1] with targets 0 and 1, or scores [n, 2], give one area; scores [n, C] the mean of the areas of each class against
/// the rest, over the classes that have samples on both sides. All scores are kept until the end.
/// </summary>
/// <param name="fromProbabilities">Scores of several classes are probabilities; otherwise logits, ranked by the odds of each class against the rest.</param>
/// <param name="average">How the areas of classes or labels become one.</param>
/// <param name="multilabel">Scores [n, L] and targets of that shape: a sample has any number of the labels.</param>
/// <exception cref="HebbException">The average is none of Macro, Micro and Weighted.</exception>
public sealed class Auroc(bool fromProbabilities = false, Average average = Average.Macro, bool multilabel = false) : RankedScore("auroc", fromProbabilities, average, multilabel)
{
    public override Metric Fresh() => new Auroc(FromProbabilities, Average, Multilabel);

    private protected override double Of(in RankedSamples samples)
    {
        if (samples.Positives == 0 || samples.Negatives == 0)
            return double.NaN;
        // Each negative is beaten by the positives above it, and half by those of its own score; whole numbers, so exact.
        Int128 twiceWins = 0;
        long above = 0, negatives = 0;
        foreach (var (_, right, wrong) in samples.Steps)
        {
            twiceWins += (Int128)(wrong - negatives) * (above + right);
            (above, negatives) = (right, wrong);
        }
        return (double)twiceWins / (2.0 * samples.Positives * samples.Negatives);
    }
}

/// <summary>
/// Average precision, the area under the steps of precision over recall: the sum of (R_k - R_(k-1)) P_k by falling score, equal scores together. Not defined without a sample of the
/// class. All scores are kept until the end.
/// </summary>
/// <inheritdoc cref="Auroc(bool, Average, bool)"/>
public sealed class AveragePrecision(bool fromProbabilities = false, Average average = Average.Macro, bool multilabel = false)
    : RankedScore("average_precision", fromProbabilities, average, multilabel)
{
    public override Metric Fresh() => new AveragePrecision(FromProbabilities, Average, Multilabel);

    private protected override double Of(in RankedSamples samples)
    {
        if (samples.Positives == 0)
            return double.NaN;
        double sum = 0;
        long before = 0;
        foreach (var (_, right, wrong) in samples.Steps)
        {
            sum += (double)(right - before) / samples.Positives * right / (right + wrong);
            before = right;
        }
        return sum;
    }
}
