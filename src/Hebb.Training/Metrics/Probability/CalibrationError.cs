using static System.FormattableString;

namespace Hebb;

/// <summary>How the gaps of the bins of <see cref="CalibrationError"/> become one figure.</summary>
public enum CalibrationNorm
{
    /// <summary>Their mean, weighted by samples: the expected calibration error.</summary>
    L1,

    /// <summary>The root of the mean of their squares, weighted by samples.</summary>
    L2,

    /// <summary>The largest: the maximum calibration error.</summary>
    Max,
}

/// <summary>The samples whose confidence lies in (Low, High].</summary>
/// <param name="Low">Lower end, not in it (but 0 is in the first).</param>
/// <param name="High">Upper end.</param>
/// <param name="Count">How many they are.</param>
/// <param name="Confidence">Their mean confidence; NaN without any.</param>
/// <param name="Accuracy">The share that was right; NaN without any.</param>
public readonly record struct ReliabilityBin(double Low, double High, long Count, double Confidence, double Accuracy);

/// <summary>
/// How far confidence and accuracy lie apart, in bins of equal width (Guo et al., "On calibration of modern neural networks", 2017, arXiv:1706.04599). Of several classes the
/// confidence is the highest probability, right or wrong; of single scores it is the probability of class 1, compared with how often that is true.
/// </summary>
public sealed class CalibrationError : GatheredMetric
{
    private readonly int _bins;
    private readonly CalibrationNorm _norm;
    private readonly bool _fromProbabilities;
    private readonly long _ignoreIndex;
    private readonly Tallies _counts = new(), _right = new();
    private readonly ExactSums _confidence = new();

    /// <param name="bins">How many.</param>
    /// <param name="norm">How their gaps become one figure.</param>
    /// <param name="fromProbabilities">Scores are probabilities; otherwise logits.</param>
    /// <param name="ignoreIndex">Targets of this number do not count.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no bin.</exception>
    public CalibrationError(int bins = 15, CalibrationNorm norm = CalibrationNorm.L1, bool fromProbabilities = false, long ignoreIndex = -100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        (_bins, _norm, _fromProbabilities, _ignoreIndex) = (bins, norm, fromProbabilities, ignoreIndex);
        _counts.Fit(bins, Name, "bins");
        _right.Fit(bins, Name, "bins");
        _confidence.Fit(bins, Name, "bins");
    }

    public override string Name => _norm switch { CalibrationNorm.L1 => "ece", CalibrationNorm.L2 => "rmsce", _ => "mce" };

    public override bool HigherIsBetter => false;

    private protected override string Settings => Invariant($"{_bins} bins, fromProbabilities {_fromProbabilities}, ignoreIndex {_ignoreIndex}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("counts", _counts), ("right", _right), ("confidence", _confidence)];

    private protected override bool IsConsistent => _counts.Length == _bins && _right.Length == _bins && _confidence.Length == _bins;

    /// <summary>What a reliability diagram shows.</summary>
    public IReadOnlyList<ReliabilityBin> Reliability => [.. Enumerable.Range(0, _bins).Select(b =>
        new ReliabilityBin((double)b / _bins, (b + 1.0) / _bins, _counts[b], _confidence[b].Value / _counts[b], (double)_right[b] / _counts[b]))];

    public override double Value
    {
        get
        {
            double sum = 0, top = 0, count = 0;
            foreach (var bin in Reliability)
            {
                if (bin.Count == 0)
                    continue;
                double gap = Math.Abs(bin.Accuracy - bin.Confidence);
                count += bin.Count;
                sum += bin.Count * (_norm == CalibrationNorm.L2 ? gap * gap : gap);
                top = Math.Max(top, gap);
            }
            if (count == 0)
                return double.NaN;
            return _norm switch { CalibrationNorm.L1 => sum / count, CalibrationNorm.L2 => Math.Sqrt(sum / count), _ => top };
        }
    }

    public override void Update(Tensor output, Tensor target)
    {
        var samples = ScoredSamples.Of(Name, output, target, _fromProbabilities, _ignoreIndex);
        for (int i = 0; i < samples.Targets.Length; i++)
        {
            var row = samples.Row(i);
            int best = 0;
            for (int c = 1; c < row.Length; c++)
                best = row[c] > row[best] ? c : best;
            int bin = Math.Clamp((int)Math.Ceiling(row[best] * _bins) - 1, 0, _bins - 1);
            _counts[bin]++;
            _confidence[bin].Add(row[best]);
            if (samples.Columns == 1 ? samples.Targets[i] == 1 : samples.Targets[i] == best)
                _right[bin]++;
        }
    }

    public override Metric Fresh() => new CalibrationError(_bins, _norm, _fromProbabilities, _ignoreIndex);
}
