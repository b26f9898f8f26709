using static System.FormattableString;

namespace Hebb;

/// <summary>How the figures of single classes become one.</summary>
public enum Average
{
    /// <summary>Their mean, over the classes that occur among targets or answers; of labels, over all.</summary>
    Macro,

    /// <summary>The figure of all decisions taken together.</summary>
    Micro,

    /// <summary>Their mean, weighted by how often each class occurs among the targets.</summary>
    Weighted,

    /// <summary>The figure of class 1 alone, of two.</summary>
    Binary,

    /// <summary>The mean of the figures of single samples; for labels only.</summary>
    Samples,
}

/// <summary>What was decided about a class: rightly taken for it, wrongly taken for it, of it but missed, rightly taken for another.</summary>
internal readonly record struct ClassCounts(long True, long False, long Missed, long Rejected)
{
    public long Targets => True + Missed;

    public static ClassCounts operator +(ClassCounts a, ClassCounts b) => new(a.True + b.True, a.False + b.False, a.Missed + b.Missed, a.Rejected + b.Rejected);

    /// <summary>A share; 0 of nothing.</summary>
    public static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}

/// <summary>
/// What precision, recall, F1 and their kin share: figures from right and wrong decisions about each class. A figure whose denominator is 0 counts as 0 (a class never predicted has
/// precision 0). Samples have one class each, or any number of labels (multi-label).
/// </summary>
public abstract class ClassScore : GatheredMetric
{
    private readonly string _name;
    private readonly Tallies _true = new(), _false = new(), _missed = new(), _skipped = new();
    private readonly Tally _count = new();
    private readonly ExactSum _samples = new();

    private protected ClassScore(string name, Average average, double threshold, long ignoreIndex, bool multilabel)
    {
        if (average == Average.Samples && !multilabel)
            throw new HebbException($"{name}: Average.Samples is for labels; pass multilabel: true");
        if (average == Average.Binary && multilabel)
            throw new HebbException($"{name}: Average.Binary is for two classes, not for labels");
        (_name, Average, Threshold, IgnoreIndex, Multilabel) = (name, average, threshold, ignoreIndex, multilabel);
    }

    public override string Name => Average == Average.Binary ? _name : $"{_name}_{Average.ToString().ToLowerInvariant()}";

    public Average Average { get; }

    private protected double Threshold { get; }

    private protected long IgnoreIndex { get; }

    private protected bool Multilabel { get; }

    private protected override string Settings => Invariant($"threshold {Threshold}, ignoreIndex {IgnoreIndex}, multilabel {Multilabel}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts =>
        [("true", _true), ("false", _false), ("missed", _missed), ("skipped", _skipped), ("count", _count), ("samples", _samples)];

    private protected override bool IsConsistent => _true.Length == _false.Length && _true.Length == _missed.Length && _true.Length == _skipped.Length;

    /// <summary>The figure of each class, by number.</summary>
    public IReadOnlyList<double> PerClass => [.. Enumerable.Range(0, _true.Length).Select(c => Of(Counts(c)))];

    public override double Value
    {
        get
        {
            if (_count.Value == 0)
                return double.NaN;
            if (Average == Average.Samples)
                return _samples.Value / _count.Value;
            var counts = Enumerable.Range(0, _true.Length).Select(Counts).ToArray();
            var met = counts.Where(c => Multilabel || Counted(c)).ToArray();
            long targets = counts.Sum(c => c.Targets);
            return Average switch
            {
                Average.Macro => met.Average(c => Of(c)),
                Average.Weighted => targets == 0 ? double.NaN : met.Sum(c => Of(c) * c.Targets) / targets,
                Average.Micro => Of(counts.Aggregate((a, b) => a + b)),
                _ => counts.Length == 2 ? Of(counts[1]) : throw new HebbException($"{_name}: Average.Binary is for two classes, not {counts.Length}"),
            };
        }
    }

    private protected abstract double Of(in ClassCounts counts);

    /// <summary>Whether a class counts in a mean over classes.</summary>
    private protected virtual bool Counted(in ClassCounts counts) => counts.True + counts.False + counts.Missed > 0;

    public override void Update(Tensor output, Tensor target)
    {
        if (Multilabel)
            AddLabels(output, target);
        else
            AddClasses(ClassPairs.Of(Name, output, target, Threshold, IgnoreIndex));
    }

    private void AddClasses(in ClassPairs pairs)
    {
        Fit(pairs.Classes);
        for (int i = 0; i < pairs.Actual.Length; i++)
        {
            var (actual, predicted) = (pairs.Actual[i], (int)pairs.Predicted[i]);
            if (actual == ClassPairs.Ignored)
                continue;
            _count.Value++;
            if (actual == predicted)
            {
                _true[predicted]++;
                continue;
            }
            _false[predicted]++;
            _missed[(int)actual]++;
        }
    }

    private void AddLabels(Tensor output, Tensor target)
    {
        var (labels, scores, actual) = ClassPairs.OfLabels(Name, output, target, IgnoreIndex);
        Fit(labels);
        for (int start = 0; start < scores.Length; start += labels)
        {
            var row = new ClassCounts();
            for (int label = 0; label < labels; label++)
            {
                if (actual[start + label] == ClassPairs.Ignored)
                {
                    _skipped[label]++;
                    continue;
                }
                bool predicted = scores[start + label] > Threshold, there = actual[start + label] == 1;
                if (predicted && there)
                    _true[label]++;
                else if (predicted)
                    _false[label]++;
                else if (there)
                    _missed[label]++;
                row += new ClassCounts(predicted && there ? 1 : 0, predicted && !there ? 1 : 0, !predicted && there ? 1 : 0, !predicted && !there ? 1 : 0);
            }
            _count.Value++;
            _samples.Add(Of(row));
        }
    }

    private void Fit(int classes)
    {
        foreach (var tallies in (ReadOnlySpan<Tallies>)[_true, _false, _missed, _skipped])
            tallies.Fit(classes, Name, Multilabel ? "labels" : "classes");
    }

    private ClassCounts Counts(int c) => new(_true[c], _false[c], _missed[c], _count.Value - _skipped[c] - _true[c] - _false[c] - _missed[c]);
}
