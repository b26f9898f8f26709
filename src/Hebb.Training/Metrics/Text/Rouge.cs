namespace Hebb;

/// <summary>
/// What the ROUGE figures share (Lin 2004): overlap of a summary with a reference, as precision, recall and their harmonic mean; the mean over texts. Of several references the best
/// counts.
/// </summary>
public abstract class RougeMetric : TextMetric
{
    private readonly ExactSum _precision = new(), _recall = new(), _f = new();
    private readonly Tally _count = new();

    private protected RougeMetric(Func<string, IReadOnlyList<string>>? tokens, long padding) : base(tokens ?? TextTokens.Alphanumeric, padding)
    {
    }

    /// <summary>The mean of the harmonic means of precision and recall.</summary>
    public override double Value => Mean(_f);

    /// <summary>The mean share of the summary that is in the reference.</summary>
    public double Precision => Mean(_precision);

    /// <summary>The mean share of the reference that is in the summary.</summary>
    public double Recall => Mean(_recall);

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("precision", _precision), ("recall", _recall), ("f", _f), ("count", _count)];

    private protected override void Add(int[] tokens, int[][] references) => Add([.. references.Select(r => Of(tokens, r))]);

    /// <param name="matches">For each reference: how much is in common, and how much there is in the summary and in the reference.</param>
    private protected void Add(ReadOnlySpan<(long Common, long Own, long Reference)> matches)
    {
        var best = (Precision: 0.0, Recall: 0.0, F: -1.0);
        foreach (var (common, own, reference) in matches)
        {
            double precision = ClassCounts.Ratio(common, own), recall = ClassCounts.Ratio(common, reference);
            double f = ClassCounts.Ratio(2 * precision * recall, precision + recall);
            if (f > best.F)
                best = (precision, recall, f);
        }
        _precision.Add(best.Precision);
        _recall.Add(best.Recall);
        _f.Add(best.F);
        _count.Value++;
    }

    private protected abstract (long Common, long Own, long Reference) Of(int[] tokens, int[] reference);

    private double Mean(ExactSum sum) => _count.Value == 0 ? double.NaN : sum.Value / _count.Value;
}

/// <summary>ROUGE-N: runs of N tokens in common.</summary>
public sealed class Rouge : RougeMetric
{
    private readonly int _n;

    /// <param name="n">Tokens a run: 1 or 2 as a rule.</param>
    /// <param name="tokens">Cuts strings into tokens; <see cref="TextTokens.Alphanumeric"/> by default.</param>
    /// <param name="padding">Left out of tensors of token numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">n is below 1.</exception>
    public Rouge(int n = 1, Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : base(tokens, padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        _n = n;
    }

    public override string Name => $"rouge{_n}";

    public override Metric Fresh() => new Rouge(_n, Tokenizer, Padding);

    private protected override (long Common, long Own, long Reference) Of(int[] tokens, int[] reference)
    {
        var grams = new NGrams();
        return (NGrams.Common(grams.Count(tokens, _n)[^1], grams.Count(reference, _n)[^1]), Math.Max(0, tokens.Length - _n + 1), Math.Max(0, reference.Length - _n + 1));
    }
}

/// <summary>ROUGE-L: the longest common subsequence of the whole texts.</summary>
/// <param name="tokens">Cuts strings into tokens; <see cref="TextTokens.Alphanumeric"/> by default.</param>
/// <param name="padding">Left out of tensors of token numbers.</param>
public sealed class RougeL(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : RougeMetric(tokens, padding)
{
    public override string Name => "rougeL";

    public override Metric Fresh() => new RougeL(Tokenizer, Padding);

    private protected override (long Common, long Own, long Reference) Of(int[] tokens, int[] reference) =>
        (CommonSubsequence.Table(reference, tokens)[reference.Length, tokens.Length], tokens.Length, reference.Length);
}

/// <summary>
/// ROUGE-Lsum: sentences, one a line, are compared one by one; of each sentence of the reference counts what its longest common subsequences with all sentences of the summary cover
/// together.
/// </summary>
/// <inheritdoc cref="RougeL(Func{string, IReadOnlyList{string}}?, long)" path="/param"/>
public sealed class RougeLsum(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : RougeMetric(tokens, padding)
{
    public override string Name => "rougeLsum";

    /// <inheritdoc/>
    public override void Update(string text, params IReadOnlyList<string> references)
    {
        if (references.Count == 0)
            throw new DataException($"{Name}: a text without a reference");
        var numbers = new Dictionary<string, int>();
        var own = Sentences(text);
        Add([.. references.Select(r => Of(own, Sentences(r)))]);

        int[][] Sentences(string all) => [.. all.Split('\n').Select(line => Tokenizer(line).Select(Number).ToArray()).Where(s => s.Length > 0)];

        int Number(string token)
        {
            if (!numbers.TryGetValue(token, out int number))
                numbers[token] = number = numbers.Count;
            return number;
        }
    }

    public override Metric Fresh() => new RougeLsum(Tokenizer, Padding);

    /// <summary>Tokens without lines are one sentence.</summary>
    private protected override (long Common, long Own, long Reference) Of(int[] tokens, int[] reference) => Of([tokens], [reference]);

    private static (long, long, long) Of(int[][] own, int[][] reference)
    {
        var (ownLeft, referenceLeft) = (Counts(own), Counts(reference));
        long common = 0;
        foreach (int[] sentence in reference)
        {
            var covered = new bool[sentence.Length];
            foreach (int[] other in own)
                CommonSubsequence.Mark(sentence, other, covered);
            for (int i = 0; i < sentence.Length; i++)
            {
                // No token counts oftener than it is there.
                if (covered[i] && ownLeft.GetValueOrDefault(sentence[i]) > 0 && referenceLeft[sentence[i]] > 0)
                {
                    common++;
                    ownLeft[sentence[i]]--;
                    referenceLeft[sentence[i]]--;
                }
            }
        }
        return (common, own.Sum(s => s.Length), reference.Sum(s => s.Length));
    }

    private static Dictionary<int, int> Counts(int[][] sentences)
    {
        var counts = new Dictionary<int, int>();
        foreach (int[] sentence in sentences)
            foreach (int token in sentence)
                counts[token] = counts.GetValueOrDefault(token) + 1;
        return counts;
    }
}

/// <summary>The longest tokens that two texts have in common in the same order.</summary>
internal static class CommonSubsequence
{
    /// <summary>Entry [i, j]: its length for the first i tokens of one and the first j of the other.</summary>
    public static int[,] Table(int[] a, int[] b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
            for (int j = 1; j <= b.Length; j++)
                table[i, j] = a[i - 1] == b[j - 1] ? table[i - 1, j - 1] + 1 : Math.Max(table[i - 1, j], table[i, j - 1]);
        return table;
    }

    /// <summary>Marks the tokens of <paramref name="a"/> that are in one such subsequence.</summary>
    public static void Mark(int[] a, int[] b, bool[] covered)
    {
        var table = Table(a, b);
        for (int i = a.Length, j = b.Length; i > 0 && j > 0;)
        {
            if (a[i - 1] == b[j - 1])
            {
                covered[i - 1] = true;
                (i, j) = (i - 1, j - 1);
            }
            else if (table[i, j - 1] > table[i - 1, j])
            {
                j--;
            }
            else
            {
                i--;
            }
        }
    }
}
