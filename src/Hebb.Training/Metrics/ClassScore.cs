namespace Hebb;

/// <summary>How the figures of single classes become one.</summary>
public enum Average
{
    /// <summary>Their mean, over the classes that occur among targets or answers.</summary>
    Macro,

    /// <summary>The figure of all decisions taken together.</summary>
    Micro,

    /// <summary>Their mean, weighted by how often each class occurs among the targets.</summary>
    Weighted,

    /// <summary>The figure of class 1 alone, of two.</summary>
    Binary,
}

/// <summary>
/// What precision, recall and F1 share. A figure whose denominator is 0 counts as 0 (a class never predicted has precision 0).
/// </summary>
public abstract class ClassScore : Metric
{
    private readonly string _name;
    private readonly ConfusionMatrix _matrix;

    private protected ClassScore(string name, Average average, double threshold, long ignoreIndex)
    {
        (_name, Average, Threshold, IgnoreIndex) = (name, average, threshold, ignoreIndex);
        _matrix = new ConfusionMatrix(threshold, ignoreIndex);
    }

    public override string Name => Average == Average.Binary ? _name : $"{_name}_{Average.ToString().ToLowerInvariant()}";

    public Average Average { get; }

    private protected double Threshold { get; }

    private protected long IgnoreIndex { get; }

    /// <summary>The figure of each class, by number.</summary>
    public IReadOnlyList<double> PerClass => [.. Enumerable.Range(0, _matrix.Classes).Select(c => Of(Counts(c)))];

    public override double Value
    {
        get
        {
            var counts = Enumerable.Range(0, _matrix.Classes).Select(Counts).ToArray();
            long targets = counts.Sum(c => c.True + c.Missed);
            if (targets == 0)
                return double.NaN;
            var met = counts.Where(c => c.True + c.False + c.Missed > 0).ToArray();
            return Average switch
            {
                Average.Macro => met.Average(Of),
                Average.Weighted => met.Sum(c => Of(c) * (c.True + c.Missed)) / targets,
                Average.Micro => Of((counts.Sum(c => c.True), counts.Sum(c => c.False), counts.Sum(c => c.Missed))),
                _ => counts.Length == 2 ? Of(counts[1]) : throw new HebbException($"{_name}: Average.Binary is for two classes, not {counts.Length}"),
            };
        }
    }

    /// <summary>The figure from the samples rightly taken for a class, wrongly taken for it, and of it but missed.</summary>
    private protected abstract double Of((long True, long False, long Missed) counts);

    private protected static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    public override void Update(Tensor output, Tensor target) => _matrix.Add(ClassPairs.Of(Name, output, target, Threshold, IgnoreIndex));

    public override IReadOnlyDictionary<string, Tensor> State() => _matrix.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _matrix.LoadState(state);

    private (long True, long False, long Missed) Counts(int c)
    {
        long right = _matrix[c, c], taken = 0, there = 0;
        for (int other = 0; other < _matrix.Classes; other++)
            (taken, there) = (taken + _matrix[other, c], there + _matrix[c, other]);
        return (right, taken - right, there - right);
    }
}

/// <summary>Of the samples taken for a class, the share that is of it.</summary>
/// <inheritdoc cref="F1(Average, double, long)" path="/param"/>
public sealed class Precision(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100) : ClassScore("precision", average, threshold, ignoreIndex)
{
    public override Metric Fresh() => new Precision(Average, Threshold, IgnoreIndex);

    private protected override double Of((long True, long False, long Missed) counts) => Ratio(counts.True, counts.True + counts.False);
}

/// <summary>Of the samples of a class, the share that was taken for it.</summary>
/// <inheritdoc cref="F1(Average, double, long)" path="/param"/>
public sealed class Recall(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100) : ClassScore("recall", average, threshold, ignoreIndex)
{
    public override Metric Fresh() => new Recall(Average, Threshold, IgnoreIndex);

    private protected override double Of((long True, long False, long Missed) counts) => Ratio(counts.True, counts.True + counts.Missed);
}

/// <summary>The harmonic mean of precision and recall.</summary>
/// <param name="average">How the figures of the classes become one.</param>
/// <param name="threshold">Above it a single score means class 1: 0 for logits, 0.5 for probabilities.</param>
/// <param name="ignoreIndex">Targets of this number do not count.</param>
public sealed class F1(Average average = Average.Macro, double threshold = 0, long ignoreIndex = -100) : ClassScore("f1", average, threshold, ignoreIndex)
{
    public override Metric Fresh() => new F1(Average, Threshold, IgnoreIndex);

    private protected override double Of((long True, long False, long Missed) counts) => Ratio(2 * counts.True, 2 * counts.True + counts.False + counts.Missed);
}
