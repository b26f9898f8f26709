using static System.FormattableString;

namespace Hebb;

/// <summary>
/// chrF of a whole collection (Popović 2015), 0 to 1: the mean precision and mean recall of runs of 1 to 6 characters, white space left out, as an F-score that weighs recall
/// beta² times; with <c>words: 2</c> runs of words too, chrF++. Times 100 it is what sacreBLEU prints. Of several references the best counts.
/// </summary>
public sealed class Chrf : GatheredMetric
{
    private readonly int _characters, _words;
    private readonly double _beta;
    private readonly Tallies _common = new(), _own = new(), _references = new();

    /// <param name="characters">The longest runs of characters.</param>
    /// <param name="words">The longest runs of words; 0 for none.</param>
    /// <param name="beta">How much recall weighs.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public Chrf(int characters = 6, int words = 0, double beta = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(characters, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(words);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(beta);
        (_characters, _words, _beta) = (characters, words, beta);
        foreach (var tallies in (ReadOnlySpan<Tallies>)[_common, _own, _references])
            tallies.Fit(characters + words, Name, "lengths");
    }

    public override string Name => _words == 0 ? "chrf" : $"chrf_{_words}";

    public override double Value => _references.Values.ContainsAnyExcept(0) ? Score(_common.Values, _own.Values, _references.Values) : double.NaN;

    private protected override string Settings => Invariant($"{_characters} characters, beta {_beta}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("common", _common), ("own", _own), ("references", _references)];

    private protected override bool IsConsistent => _common.Length == _characters + _words && _own.Length == _common.Length && _references.Length == _common.Length;

    /// <summary>Takes in a text and what it should have been.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="references">What it might have been; at least one.</param>
    /// <exception cref="DataException">There is no reference.</exception>
    public void Update(string text, params IReadOnlyList<string> references)
    {
        if (references.Count == 0)
            throw new DataException($"{Name}: a text without a reference");
        var (letters, words) = (new NGrams(), new NGrams());
        var wordNumbers = new Dictionary<string, int>();
        var own = Runs(text);
        (long[] Common, long[] Reference)? best = null;
        double top = -1;
        foreach (string reference in references)
        {
            var other = Runs(reference);
            long[] common = [.. own.Zip(other, NGrams.Common)];
            double score = Score(common, Totals(own), Totals(other));
            if (score > top)
                (top, best) = (score, (common, Totals(other)));
        }
        long[] totals = Totals(own);
        for (int i = 0; i < totals.Length; i++)
        {
            _common[i] += best!.Value.Common[i];
            _own[i] += totals[i];
            _references[i] += best.Value.Reference[i];
        }

        Dictionary<int, int>[] Runs(string of) =>
        [
            .. letters.Count([.. of.EnumerateRunes().Where(r => !System.Text.Rune.IsWhiteSpace(r)).Select(r => r.Value)], _characters),
            .. words.Count([.. TextTokens.Words(of).SelectMany(Apart).Select(Number)], _words),
        ];

        int Number(string word)
        {
            if (!wordNumbers.TryGetValue(word, out int number))
                wordNumbers[word] = number = wordNumbers.Count;
            return number;
        }
    }

    /// <summary>Texts have no tensors.</summary>
    /// <exception cref="HebbException">Always: characters of token numbers are not known.</exception>
    public override void Update(Tensor output, Tensor target) => throw new HebbException($"{Name}: compares characters; decode the tokens and give it strings");

    public override Metric Fresh() => new Chrf(_characters, _words, _beta);

    /// <summary>A punctuation mark at the end or the beginning of a word is a word of its own.</summary>
    private static IEnumerable<string> Apart(string word)
    {
        if (word.Length > 1 && IsMark(word[^1]))
            return [word[..^1], word[^1..]];
        return word.Length > 1 && IsMark(word[0]) ? [word[..1], word[1..]] : [word];

        static bool IsMark(char c) => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c));
    }

    private static long[] Totals(Dictionary<int, int>[] runs) => Array.ConvertAll(runs, r => r.Values.Sum(v => (long)v));

    private double Score(ReadOnlySpan<long> common, ReadOnlySpan<long> own, ReadOnlySpan<long> references)
    {
        double precision = 0, recall = 0, square = _beta * _beta;
        int lengths = 0;
        for (int i = 0; i < common.Length; i++)
        {
            // Lengths that one side is too short for do not count.
            if (own[i] == 0 || references[i] == 0)
                continue;
            precision += (double)common[i] / own[i];
            recall += (double)common[i] / references[i];
            lengths++;
        }
        return ClassCounts.Ratio((1 + square) * precision * recall, lengths * (square * precision + recall));
    }
}
