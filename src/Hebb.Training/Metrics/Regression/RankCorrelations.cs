namespace Hebb;

/// <summary>What correlations of ranks share: all pairs are kept until the end; of several columns the mean.</summary>
public abstract class RankCorrelation : RegressionMetric
{
    private readonly Series<double> _outputs = new(), _targets = new();
    private readonly Extreme _columns = new(greatest: true);

    private protected RankCorrelation()
    {
    }

    public override bool IsCheap => false;

    public override double Value => PerColumn is { Count: > 0 } columns ? columns.Average() : double.NaN;

    /// <summary>The figure of each column.</summary>
    public IReadOnlyList<double> PerColumn
    {
        get
        {
            int columns = double.IsNaN(_columns.Value) ? 0 : (int)_columns.Value;
            var values = new double[columns];
            for (int c = 0; c < columns; c++)
                values[c] = Of(Column(_outputs, c, columns), Column(_targets, c, columns));
            return values;
        }
    }

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("columns", _columns), ("outputs", _outputs), ("targets", _targets)];

    private protected override bool IsConsistent => _outputs.Count == _targets.Count && (_columns.Value >= 1 || _outputs.Count == 0);

    private protected abstract double Of(double[] outputs, double[] targets);

    public override void Merge(Metric other)
    {
        if (other is RankCorrelation { _columns.Value: var theirs } && theirs != _columns.Value && !double.IsNaN(theirs) && !double.IsNaN(_columns.Value))
            throw new ShapeException($"Merge: {Name} has {_columns.Value} columns, the other {theirs}");
        base.Merge(other);
    }

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        if (!double.IsNaN(_columns.Value) && _columns.Value != columns)
            throw new ShapeException($"{Name}: {columns} columns, earlier batches had {_columns.Value}");
        _columns.Add(columns);
        _outputs.AddRange(output);
        _targets.AddRange(target);
    }

    private static double[] Column(Series<double> values, int column, int columns)
    {
        var result = new double[values.Count / columns];
        for (int i = 0; i < result.Length; i++)
            result[i] = values[i * columns + column];
        return result;
    }
}

/// <summary>The linear correlation of the ranks of output and target, equal values sharing the mean of their ranks (Spearman 1904). Not defined where one of them is constant.</summary>
public sealed class SpearmanCorrelation : RankCorrelation
{
    public override string Name => "spearman";

    public override Metric Fresh() => new SpearmanCorrelation();

    private protected override double Of(double[] outputs, double[] targets)
    {
        var (a, b) = (TwiceRanks(outputs), TwiceRanks(targets));
        // Whole numbers, so exact; the mean of twice the ranks is n + 1.
        Int128 together = 0, own = 0, other = 0;
        long mean = a.Length + 1;
        for (int i = 0; i < a.Length; i++)
        {
            together += (Int128)(a[i] - mean) * (b[i] - mean);
            own += (Int128)(a[i] - mean) * (a[i] - mean);
            other += (Int128)(b[i] - mean) * (b[i] - mean);
        }
        return own == 0 || other == 0 || outputs.Any(double.IsNaN) || targets.Any(double.IsNaN) ? double.NaN : (double)together / Math.Sqrt((double)own) / Math.Sqrt((double)other);
    }

    private static long[] TwiceRanks(double[] values)
    {
        var order = new int[values.Length];
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
        double[] sorted = (double[])values.Clone();
        Array.Sort(sorted, order);
        var ranks = new long[values.Length];
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && sorted[end] == sorted[start]; end++) ;
            for (int i = start; i < end; i++)
                ranks[order[i]] = start + 1 + end;
        }
        return ranks;
    }
}

/// <summary>
/// Kendall's tau-b: (pairs in the same order - pairs in opposite order) / sqrt((pairs that differ in the output)(pairs that differ in the target)) (Kendall 1945), in n log n
/// steps (Knight 1966). Not defined where one of them is constant.
/// </summary>
public sealed class KendallCorrelation : RankCorrelation
{
    public override string Name => "kendall";

    public override Metric Fresh() => new KendallCorrelation();

    private protected override double Of(double[] outputs, double[] targets)
    {
        int n = outputs.Length;
        if (outputs.Any(double.IsNaN) || targets.Any(double.IsNaN))
            return double.NaN;
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => outputs[i]).ThenBy(i => targets[i])];
        double[] byOutput = Array.ConvertAll(order, i => targets[i]);
        long pairs = (long)n * (n - 1) / 2;
        long sameOutput = Ties(n, (a, b) => outputs[order[a]] == outputs[order[b]]);
        long sameBoth = Ties(n, (a, b) => outputs[order[a]] == outputs[order[b]] && byOutput[a] == byOutput[b]);
        double[] sorted = (double[])byOutput.Clone();
        long swaps = Sort(sorted, new double[n], 0, n);
        long sameTarget = Ties(n, (a, b) => sorted[a] == sorted[b]);
        long ordered = pairs - sameOutput - sameTarget + sameBoth - 2 * swaps;
        return pairs == sameOutput || pairs == sameTarget ? double.NaN : ordered / Math.Sqrt(pairs - sameOutput) / Math.Sqrt(pairs - sameTarget);
    }

    /// <summary>Pairs within runs of equal neighbours.</summary>
    private static long Ties(int n, Func<int, int, bool> same)
    {
        long ties = 0;
        for (int start = 0, end; start < n; start = end)
        {
            for (end = start + 1; end < n && same(start, end); end++) ;
            ties += (long)(end - start) * (end - start - 1) / 2;
        }
        return ties;
    }

    /// <summary>Merge sort; returns how many pairs were the wrong way round.</summary>
    private static long Sort(double[] values, double[] spare, int from, int to)
    {
        if (to - from < 2)
            return 0;
        int middle = (from + to) / 2;
        long swaps = Sort(values, spare, from, middle) + Sort(values, spare, middle, to);
        for (int at = from, left = from, right = middle; at < to; at++)
        {
            if (right == to || (left < middle && values[left] <= values[right]))
            {
                spare[at] = values[left++];
            }
            else
            {
                swaps += middle - left;
                spare[at] = values[right++];
            }
        }
        spare.AsSpan(from, to - from).CopyTo(values.AsSpan(from));
        return swaps;
    }
}
