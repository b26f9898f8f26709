namespace Hebb;

/// <summary>
/// The area under the receiver operating characteristic: the chance that a sample of a class scores higher than one that is not, ties counting half. Exact, from
/// ranks (Mann and Whitney 1947). Single scores [n] or [n, 1] with targets 0 and 1, or scores [n, 2], give one area; scores [n, C] the mean of the areas of each class against
/// the rest, over the classes that have samples on both sides. All scores are kept until the end.
/// </summary>
/// <param name="fromProbabilities">Scores of several classes are probabilities; otherwise logits, ranked by the odds of each class against the rest.</param>
public sealed class Auroc(bool fromProbabilities = false) : Metric
{
    private readonly List<double> _scores = [];
    private readonly List<long> _targets = [];
    private int _columns;

    public override string Name => "auroc";

    public override bool IsCheap => false;

    public override double Value
    {
        get
        {
            if (_columns == 0)
                return double.NaN;
            if (_columns == 1)
                return Area(0, 1);
            double[] areas = [.. PerClass.Where(a => !double.IsNaN(a))];
            return areas.Length == 0 ? double.NaN : areas.Average();
        }
    }

    /// <summary>The area of each class against the rest; NaN where a side is empty.</summary>
    public IReadOnlyList<double> PerClass =>
        _columns == 1 ? [Area(0, 0, flip: true), Area(0, 1)] : [.. Enumerable.Range(0, _columns).Select(c => Area(c, c))];

    public override void Update(Tensor output, Tensor target)
    {
        double[] rows;
        long[] targets;
        int columns;
        if (ClassPairs.IsByClass(output, target))
        {
            if (output.Rank != 2)
                throw new ShapeException($"{Name}: scores are {output.Shape}, not [n, C]");
            int classes = output.Shape[1];
            (columns, targets) = (classes == 2 ? 1 : classes, ClassPairs.Numbers(Name, target, classes, long.MinValue));
            rows = Rank(output.To(DType.Float64).ToArray<double>(), classes);
        }
        else
        {
            (columns, rows, targets) = (1, ClassPairs.BinaryScores(Name, output, target), ClassPairs.BinaryTargets(Name, target, long.MinValue));
        }
        if (_columns != 0 && _columns != columns)
            throw new ShapeException($"{Name}: the output is {output.Shape}, earlier batches had {(_columns == 1 ? 2 : _columns)} classes");
        int bad = Array.FindIndex(rows, double.IsNaN);
        if (bad >= 0)
            throw new DataException($"{Name}: the score at position {bad / columns} is NaN");
        _columns = columns;
        _scores.AddRange(rows);
        _targets.AddRange(targets);
    }

    public override Metric Fresh() => new Auroc(fromProbabilities);

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>
    {
        ["columns"] = MetricState.Of((long)_columns),
        ["scores"] = Tensor.From<double>(_scores.ToArray()),
        ["targets"] = Tensor.From<long>(_targets.ToArray()),
    };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        long columns = state.Long(Name, "columns");
        long[] targets = state.Array<long>(Name, "targets");
        double[] scores = state.Array<double>(Name, "scores");
        if (columns < 0 || scores.Length != targets.Length * columns)
            throw new CheckpointException($"the state of {Name} has {scores.Length} scores for {targets.Length} targets in {columns} columns");
        _columns = (int)columns;
        _scores.Clear();
        _targets.Clear();
        _scores.AddRange(scores);
        _targets.AddRange(targets);
    }

    /// <summary>What the samples are ranked by: probabilities themselves, or the logarithm of the odds, which does not saturate.</summary>
    private double[] Rank(double[] scores, int classes)
    {
        int n = scores.Length / classes;
        if (classes == 2)
        {
            var margins = new double[n];
            for (int i = 0; i < n; i++)
                margins[i] = fromProbabilities ? scores[2 * i + 1] : scores[2 * i + 1] - scores[2 * i];
            return margins;
        }
        if (fromProbabilities)
            return scores;
        var odds = new double[scores.Length];
        var others = new double[classes - 1];
        for (int i = 0; i < n; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            for (int c = 0; c < classes; c++)
            {
                for (int other = 0, at = 0; other < classes; other++)
                {
                    if (other != c)
                        others[at++] = row[other] - row[c];
                }
                // In order, so that rows that differ only in the order of the rest tie exactly.
                Array.Sort(others);
                double top = others[^1], sum = 0;
                foreach (double other in others)
                    sum += Math.Exp(other - top);
                odds[i * classes + c] = -(top + Math.Log(sum));
            }
        }
        return odds;
    }

    private double Area(int column, long positive, bool flip = false)
    {
        int n = _targets.Count;
        var scores = new double[n];
        var order = new int[n];
        for (int i = 0; i < n; i++)
            (scores[i], order[i]) = (flip ? -_scores[i * _columns + column] : _scores[i * _columns + column], i);
        Array.Sort(scores, order);
        long positives = 0;
        Int128 twiceRanks = 0;
        for (int start = 0, end; start < n; start = end)
        {
            // Equal scores share the mean of their ranks, start + 1 to end; twice that mean is a whole number.
            for (end = start + 1; end < n && scores[end] == scores[start]; end++) ;
            for (int i = start; i < end; i++)
            {
                if (_targets[order[i]] != positive)
                    continue;
                positives++;
                twiceRanks += start + 1 + end;
            }
        }
        long negatives = n - positives;
        if (positives == 0 || negatives == 0)
            return double.NaN;
        Int128 twiceWins = twiceRanks - (Int128)positives * (positives + 1);
        return (double)twiceWins / (2.0 * positives * negatives);
    }
}
