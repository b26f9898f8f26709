namespace Hebb.Data;

/// <summary>
/// Trains a unigram model (Kudo 2018, arXiv:1804.10959): from all frequent substrings, expectation maximisation finds the probability of
/// each piece, and the pieces whose loss costs the likelihood least are dropped, a quarter at a time, until as many are left as wanted.
/// </summary>
internal sealed class UnigramTrainer
{
    private const int SeedsPerToken = 10, MaxSeeds = 1_000_000, Rounds = 2;
    private const double Keep = 0.75, FewestExpected = 0.5;
    private readonly List<(string Word, long Count)> _words;
    private readonly int _maxLength;

    public UnigramTrainer(WordCounts words, int maxLength) => (_words, _maxLength) = ([.. words.Entries()], maxLength);

    /// <summary>Pieces and their log-probabilities, the most probable first; single characters are all among them.</summary>
    public List<(string Piece, double Score)> Train(int size)
    {
        var characters = Characters();
        var pieces = Seeds(characters, Math.Min(MaxSeeds, Math.Max(size, characters.Count) * SeedsPerToken));
        while (true)
        {
            for (int round = 0; round < Rounds; round++) pieces = Maximise(pieces, Expect(pieces), characters);
            if (pieces.Count <= size) break;
            pieces = Prune(pieces, Math.Max(size, (int)(pieces.Count * Keep)), characters);
        }
        pieces = Maximise(pieces, Expect(pieces), characters);
        return [.. pieces.OrderByDescending(p => p.Score).ThenBy(p => p.Piece, StringComparer.Ordinal)];
    }

    private Dictionary<string, long> Characters()
    {
        var counts = new Dictionary<string, long>();
        foreach (var (word, count) in _words)
            foreach (var rune in word.EnumerateRunes()) counts[rune.ToString()] = counts.GetValueOrDefault(rune.ToString()) + count;
        return counts;
    }

    /// <summary>Substrings by how much text they cover, and all characters.</summary>
    private List<(string Piece, double Score)> Seeds(Dictionary<string, long> characters, int most)
    {
        var counts = new Dictionary<string, long>();
        foreach (var (word, count) in _words)
        {
            for (int start = 0; start < word.Length; start++)
            {
                if (char.IsLowSurrogate(word[start])) continue;
                for (int end = start + 1, length = 1; end <= word.Length && length <= _maxLength; end++)
                {
                    if (end < word.Length && char.IsLowSurrogate(word[end])) continue;
                    if (length++ > 1) counts[word[start..end]] = counts.GetValueOrDefault(word[start..end]) + count;
                }
            }
        }
        var pieces = counts.Where(p => p.Value > 1).OrderByDescending(p => p.Value * p.Key.Length).ThenBy(p => p.Key, StringComparer.Ordinal)
            .Take(most).Select(p => (p.Key, (double)p.Value * p.Key.Length)).Concat(characters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, (double)p.Value))).ToList();
        double total = Math.Log(pieces.Sum(p => p.Item2));
        return [.. pieces.Select(p => (p.Key, Math.Log(p.Item2) - total))];
    }

    /// <summary>How often each piece is expected in the words: forwards and backwards through every way to cut each.</summary>
    private double[] Expect(List<(string Piece, double Score)> pieces)
    {
        var lattice = new PieceLattice(pieces);
        var expected = new double[pieces.Count];
        foreach (var (word, count) in _words) lattice.AddExpected(word, count, expected);
        return expected;
    }

    /// <summary>New probabilities: digamma of the counts, which is a sparse prior's view of them (Liang and Klein 2009).</summary>
    private static List<(string Piece, double Score)> Maximise(List<(string Piece, double Score)> pieces, double[] expected, Dictionary<string, long> characters)
    {
        var kept = new List<(string Piece, double Count)>();
        for (int i = 0; i < pieces.Count; i++)
        {
            bool character = characters.ContainsKey(pieces[i].Piece);
            if (expected[i] >= FewestExpected || character) kept.Add((pieces[i].Piece, Math.Max(expected[i], FewestExpected)));
        }
        double total = Digamma(kept.Sum(p => p.Count));
        return [.. kept.Select(p => (p.Piece, Digamma(p.Count) - total))];
    }

    /// <summary>The pieces whose loss would cost most: what each adds to the likelihood over its own best cut without it.</summary>
    private List<(string Piece, double Score)> Prune(List<(string Piece, double Score)> pieces, int size, Dictionary<string, long> characters)
    {
        var lattice = new PieceLattice(pieces);
        var uses = new long[pieces.Count];
        foreach (var (word, count) in _words)
            foreach (int id in lattice.Best(word, without: -1)) uses[id] += count;
        double total = Math.Log(uses.Sum());
        var losses = new List<(int Index, double Loss)>();
        for (int i = 0; i < pieces.Count; i++)
        {
            if (characters.ContainsKey(pieces[i].Piece)) continue;
            if (uses[i] == 0) continue;
            var others = lattice.Best(pieces[i].Piece, without: i);
            double log = Math.Log(uses[i]) - total, without = others.Sum(id => Math.Log(Math.Max(1, uses[id] + uses[i])) - total);
            losses.Add((i, uses[i] * (log - without)));
        }
        var keep = losses.OrderByDescending(l => l.Loss).ThenBy(l => l.Index).Take(Math.Max(0, size - characters.Count)).Select(l => l.Index).ToHashSet();
        return [.. pieces.Where((p, i) => keep.Contains(i) || characters.ContainsKey(p.Piece))];
    }

    /// <summary>The derivative of ln Γ, by recurrence up to 7 and the asymptotic series from there.</summary>
    private static double Digamma(double x)
    {
        double result = 0;
        for (; x < 7; x++) result -= 1 / x;
        x -= 0.5;
        double square = 1 / (x * x);
        return result + Math.Log(x) + square / 24 - 7 * square * square / 960 + 31 * square * square * square / 8064;
    }
}
