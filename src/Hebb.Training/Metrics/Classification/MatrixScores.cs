using static System.FormattableString;

namespace Hebb;

/// <summary>What figures of a whole confusion matrix share.</summary>
public abstract class MatrixScore : GatheredMetric
{
    private readonly ConfusionMatrix _matrix;

    private protected MatrixScore(double threshold, long ignoreIndex) =>
        (Threshold, IgnoreIndex, _matrix) = (threshold, ignoreIndex, new ConfusionMatrix(threshold, ignoreIndex));

    private protected double Threshold { get; }

    private protected long IgnoreIndex { get; }

    private protected override string Settings => Invariant($"threshold {Threshold}, ignoreIndex {IgnoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("counts", _matrix.Cells)];

    private protected override bool IsConsistent => _matrix.Classes * _matrix.Classes == _matrix.Cells.Length;

    public override double Value
    {
        get
        {
            int classes = _matrix.Classes;
            var (actual, predicted) = (new double[classes], new double[classes]);
            for (int a = 0; a < classes; a++)
            {
                for (int p = 0; p < classes; p++)
                {
                    actual[a] += _matrix[a, p];
                    predicted[p] += _matrix[a, p];
                }
            }
            double count = actual.Sum();
            return count == 0 ? double.NaN : Of(_matrix, actual, predicted, count);
        }
    }

    private protected abstract double Of(ConfusionMatrix matrix, double[] actual, double[] predicted, double count);

    public override void Update(Tensor output, Tensor target) => _matrix.Update(output, target);
}

/// <summary>
/// The correlation of predicted and true classes, -1 to 1 (Matthews 1975; several classes: Gorodkin 2004). 0 where all are of one class or all were taken for one.
/// </summary>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class MatthewsCorrelation(double threshold = 0, long ignoreIndex = -100) : MatrixScore(threshold, ignoreIndex)
{
    public override string Name => "matthews";

    public override Metric Fresh() => new MatthewsCorrelation(Threshold, IgnoreIndex);

    private protected override double Of(ConfusionMatrix matrix, double[] actual, double[] predicted, double count)
    {
        double right = 0, chance = 0, actuals = 0, predictions = 0;
        for (int c = 0; c < actual.Length; c++)
        {
            right += matrix[c, c];
            chance += actual[c] * predicted[c];
            actuals += actual[c] * actual[c];
            predictions += predicted[c] * predicted[c];
        }
        double spread = (count * count - actuals) * (count * count - predictions);
        return spread == 0 ? 0 : (right * count - chance) / Math.Sqrt(spread);
    }
}

/// <summary>How the distance of two classes weighs in <see cref="CohenKappa"/>.</summary>
public enum KappaWeights
{
    /// <summary>All wrong classes are equally wrong.</summary>
    None,

    /// <summary>By the difference of the class numbers, which are grades.</summary>
    Linear,

    /// <summary>By the square of the difference.</summary>
    Quadratic,
}

/// <summary>
/// Agreement beyond chance, 1 - (disagreement) / (disagreement expected of independent answers with the same shares of classes) (Cohen 1960, 1968). Not defined where no disagreement
/// is expected.
/// </summary>
/// <param name="weights">How the distance of two classes weighs.</param>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class CohenKappa(KappaWeights weights = KappaWeights.None, double threshold = 0, long ignoreIndex = -100) : MatrixScore(threshold, ignoreIndex)
{
    public override string Name => weights == KappaWeights.None ? "kappa" : $"kappa_{weights.ToString().ToLowerInvariant()}";

    public override Metric Fresh() => new CohenKappa(weights, Threshold, IgnoreIndex);

    private protected override double Of(ConfusionMatrix matrix, double[] actual, double[] predicted, double count)
    {
        double found = 0, expected = 0;
        for (int a = 0; a < actual.Length; a++)
        {
            for (int p = 0; p < actual.Length; p++)
            {
                double weight = weights switch { KappaWeights.None => a == p ? 0 : 1, KappaWeights.Linear => Math.Abs(a - p), _ => (a - p) * (a - p) };
                found += weight * matrix[a, p];
                expected += weight * actual[a] * predicted[p] / count;
            }
        }
        return expected == 0 ? double.NaN : 1 - found / expected;
    }
}
