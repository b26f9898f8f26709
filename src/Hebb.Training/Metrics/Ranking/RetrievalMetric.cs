using static System.FormattableString;

namespace Hebb;

/// <summary>
/// What figures of rankings share: each row is a question, its columns candidates, ordered by falling score (the first of equal ones first). Targets [n, C] say how relevant each
/// candidate is: 0 not, above 0 it is (graded for <see cref="RetrievalNdcg"/>), below 0 it is no candidate (padding). Targets [n] of whole numbers name the only relevant one.
/// The figure is the mean over questions.
/// </summary>
public abstract class RetrievalMetric : GatheredMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();
    private readonly string _name;

    private protected RetrievalMetric(string name, int? k, bool skipEmpty)
    {
        if (k < 1)
            throw new ArgumentOutOfRangeException(nameof(k), k, $"{name}: must be at least 1");
        (_name, K, SkipEmpty) = (name, k, skipEmpty);
    }

    public override string Name => K is { } k ? $"{_name}_at_{k}" : _name;

    public override double Value => _count.Value == 0 ? double.NaN : _sum.Value / _count.Value;

    private protected int? K { get; }

    private protected bool SkipEmpty { get; }

    private protected override string Settings => Invariant($"skipEmpty {SkipEmpty}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum), ("count", _count)];

    public override void Update(Tensor output, Tensor target)
    {
        bool named = output.Rank == 2 && target.Rank == 1 && target.Shape[0] == output.Shape[0] && !target.DType.IsFloat;
        if (output.Rank != 2 || (!named && target.Shape != output.Shape))
            throw new ShapeException($"{Name}: scores {output.Shape} and relevances {target.DType.Name}{target.Shape} do not fit: [n, C] go with [n, C] or with candidate numbers [n]");
        int candidates = output.Shape[1];
        double[] scores = output.To(DType.Float64).ToArray<double>();
        double[] relevances = named ? OneRelevant(target, candidates) : target.To(DType.Float64).ToArray<double>();
        var (row, ranked) = (new List<(double Score, double Relevance)>(candidates), new List<double>(candidates));
        for (int start = 0; start < scores.Length; start += candidates)
        {
            row.Clear();
            for (int i = start; i < start + candidates; i++)
            {
                if (relevances[i] >= 0)
                    row.Add((scores[i], relevances[i]));
            }
            ranked.Clear();
            // Stable; scores that are NaN come last.
            ranked.AddRange(row.OrderByDescending(c => c.Score).Select(c => c.Relevance));
            if (!IsEmpty(ranked))
                _sum.Add(Of(ranked));
            else if (SkipEmpty)
                continue;
            _count.Value++;
        }
    }

    /// <summary>The figure of one question.</summary>
    /// <param name="ranked">The relevances, best score first; not empty in the sense of <see cref="IsEmpty"/>.</param>
    private protected abstract double Of(List<double> ranked);

    /// <summary>Whether a question has nothing to find: it counts 0, or not at all.</summary>
    private protected virtual bool IsEmpty(List<double> ranked) => !ranked.Exists(r => r > 0);

    private protected static int Hits(List<double> ranked, int upTo)
    {
        int hits = 0;
        for (int i = 0; i < Math.Min(upTo, ranked.Count); i++)
            hits += ranked[i] > 0 ? 1 : 0;
        return hits;
    }

    private double[] OneRelevant(Tensor target, int candidates)
    {
        long[] numbers = ClassPairs.Numbers(Name, target, candidates, long.MinValue);
        var relevances = new double[numbers.Length * candidates];
        for (int i = 0; i < numbers.Length; i++)
            relevances[i * candidates + numbers[i]] = 1;
        return relevances;
    }
}
