using static System.FormattableString;

namespace Hebb;

/// <summary>
/// What figures share that look at the order of scores: the area under a curve, average precision. Single scores [n] or [n, 1] with targets 0 and 1, or scores [n, 2], are one
/// question; scores [n, C] with classes [n] are one a class, each against the rest; labels [n, L] one a label. All scores are kept until the end.
/// </summary>
public abstract class RankedScore : GatheredMetric
{
    private readonly string _name;
    private readonly Series<double> _scores = new();
    private readonly Series<long> _targets = new();
    private readonly Extreme _columns = new(greatest: true);

    private protected RankedScore(string name, bool fromProbabilities, Average average, bool multilabel)
    {
        if (average is not (Average.Macro or Average.Micro or Average.Weighted))
            throw new HebbException($"{name}: Average.{average} is not for ranked scores; take Macro, Micro or Weighted");
        (_name, FromProbabilities, Average, Multilabel) = (name, fromProbabilities, average, multilabel);
    }

    public override string Name => Average == Average.Macro ? _name : $"{_name}_{Average.ToString().ToLowerInvariant()}";

    public override bool IsCheap => false;

    private protected bool FromProbabilities { get; }

    private protected Average Average { get; }

    private protected bool Multilabel { get; }

    private protected override string Settings => Invariant($"fromProbabilities {FromProbabilities}, multilabel {Multilabel}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("columns", _columns), ("scores", _scores), ("targets", _targets)];

    private protected override bool IsConsistent =>
        _columns.Value is double.NaN ? _scores.Count + _targets.Count == 0
            : _columns.Value >= 1 && (Multilabel ? _scores.Count == _targets.Count : _scores.Count == _targets.Count * Columns);

    private int Columns => double.IsNaN(_columns.Value) ? 0 : (int)_columns.Value;

    private int Rows => Columns == 0 ? 0 : _scores.Count / Columns;

    public override double Value
    {
        get
        {
            if (Columns == 0)
                return double.NaN;
            if (Columns == 1)
                return Of(Ranked(0, 1));
            if (Average == Average.Micro)
                return Of(Flat());
            double sum = 0, weights = 0;
            for (int c = 0; c < Columns; c++)
            {
                var ranked = Ranked(c, Multilabel ? 1 : c);
                double value = Of(ranked);
                if (double.IsNaN(value))
                    continue;
                double weight = Average == Average.Weighted ? ranked.Positives : 1;
                sum += weight * value;
                weights += weight;
            }
            return weights == 0 ? double.NaN : sum / weights;
        }
    }

    /// <summary>The figure of each class against the rest, or of each label; NaN where a side is empty.</summary>
    public IReadOnlyList<double> PerClass => Columns == 1 && !Multilabel ? [Of(Ranked(0, 0, flip: true)), Of(Ranked(0, 1))]
        : [.. Enumerable.Range(0, Columns).Select(c => Of(Ranked(c, Multilabel ? 1 : c)))];

    private protected abstract double Of(in RankedSamples samples);

    /// <summary>The samples of the single question, of two classes or one label.</summary>
    /// <exception cref="HebbException">There are several.</exception>
    private protected RankedSamples Single() => Columns <= 1 ? Ranked(0, 1) : throw new HebbException($"{_name}: for two classes, not {Columns}");

    public override void Update(Tensor output, Tensor target)
    {
        double[] rows;
        long[] targets;
        int columns;
        if (Multilabel)
        {
            (columns, rows, targets) = ClassPairs.OfLabels(Name, output, target, long.MinValue);
        }
        else if (ClassPairs.IsByClass(output, target))
        {
            if (output.Rank != 2)
                throw new ShapeException($"{Name}: scores are {output.Shape}, not [n, C]");
            int classes = output.Shape[1];
            (columns, targets) = (classes == 2 ? 1 : classes, ClassPairs.Numbers(Name, target, classes, long.MinValue));
            rows = OneAgainstRest.Scores(output.To(DType.Float64).ToArray<double>(), classes, FromProbabilities);
        }
        else
        {
            (columns, rows, targets) = (1, ClassPairs.BinaryScores(Name, output, target), ClassPairs.BinaryTargets(Name, target, long.MinValue));
        }
        if (Columns != 0 && Columns != columns)
            throw new ShapeException($"{Name}: the output is {output.Shape}, earlier batches had {(Columns == 1 ? 2 : Columns)} classes");
        int bad = Array.FindIndex(rows, double.IsNaN);
        if (bad >= 0)
            throw new DataException($"{Name}: the score at position {bad / columns} is NaN");
        _columns.Add(columns);
        _scores.AddRange(rows);
        _targets.AddRange(targets);
    }

    public override void Merge(Metric other)
    {
        if (other is RankedScore { Columns: > 0 } ranked && Columns > 0 && ranked.Columns != Columns)
            throw new ShapeException($"Merge: {Name} has {Columns} columns, the other {ranked.Columns}");
        base.Merge(other);
    }

    private RankedSamples Ranked(int column, long positive, bool flip = false)
    {
        int n = Rows, columns = Columns;
        var (scores, of) = (new double[n], new bool[n]);
        for (int i = 0; i < n; i++)
        {
            scores[i] = flip ? -_scores[i * columns + column] : _scores[i * columns + column];
            of[i] = _targets[Multilabel ? i * columns + column : i] == positive;
        }
        return new RankedSamples(scores, of);
    }

    /// <summary>All questions as one.</summary>
    private RankedSamples Flat()
    {
        var of = new bool[_scores.Count];
        for (int i = 0; i < of.Length; i++)
            of[i] = Multilabel ? _targets[i] == 1 : _targets[i / Columns] == i % Columns;
        return new RankedSamples(_scores.ToArray(), of);
    }
}

/// <summary>Samples by falling score, equal scores together.</summary>
internal readonly struct RankedSamples
{
    /// <param name="scores">Sorted here.</param>
    /// <param name="positive">Which of them are of the class; sorted along.</param>
    public RankedSamples(double[] scores, bool[] positive)
    {
        Array.Sort(scores, positive);
        Array.Reverse(scores);
        Array.Reverse(positive);
        var steps = new List<(double, long, long)>();
        long right = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            right += positive[i] ? 1 : 0;
            if (i + 1 == scores.Length || scores[i + 1] != scores[i])
                steps.Add((scores[i], right, i + 1 - right));
        }
        (Steps, Positives, Negatives) = (steps, right, scores.Length - right);
    }

    /// <summary>For each different score: how many samples of the class and of the rest have it or a higher one.</summary>
    public IReadOnlyList<(double Score, long True, long False)> Steps { get; }

    public long Positives { get; }

    public long Negatives { get; }
}
