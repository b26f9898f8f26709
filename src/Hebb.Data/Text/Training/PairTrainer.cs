namespace Hebb.Data;

/// <summary>
/// Finds the merges of byte-pair encoding: the most frequent pair of neighbours becomes a symbol, again and again. Counts are kept for
/// every pair and changed where a merge touches a word, so a merge costs what it changes. Of equally frequent pairs, that with the lower
/// ids is first, so that the same texts always give the same tokenizer.
/// </summary>
internal sealed class PairTrainer
{
    private readonly List<string> _tokens;
    private readonly Dictionary<string, int> _ids;
    private readonly string _prefix; // marks symbols inside a word
    private readonly List<int[]> _words = [];
    private readonly List<long> _wordCounts = [];
    private readonly Dictionary<(int, int), long> _counts = [];
    private readonly Dictionary<(int, int), HashSet<int>> _places = []; // words that hold the pair
    private readonly PriorityQueue<(int Left, int Right, long Count), (long, int, int)> _queue = new();

    /// <param name="tokens">The tokens that there are already, by id; new ones are added.</param>
    /// <param name="prefix">Marks symbols inside a word; empty for none.</param>
    public PairTrainer(List<string> tokens, string prefix)
    {
        (_tokens, _prefix) = (tokens, prefix);
        _ids = tokens.Select((token, id) => (token, id)).ToDictionary(p => p.token, p => p.id);
    }

    /// <summary>The merges, as pairs of tokens, first to last.</summary>
    public List<(string Left, string Right)> Merges { get; } = [];

    public void Train(WordCounts words, int vocabularySize, int minFrequency, int? maxLength)
    {
        foreach (var (word, count) in words.Entries()) Add(word, count);
        foreach (var (pair, count) in _counts) Enqueue(pair, count);
        while (_tokens.Count < vocabularySize && _queue.TryDequeue(out var top, out _))
        {
            long now = _counts.GetValueOrDefault((top.Left, top.Right));
            if (now != top.Count)
            {
                // The count has changed since: back into the line.
                if (now > 0) Enqueue((top.Left, top.Right), now);
                continue;
            }
            if (top.Count < Math.Max(1, minFrequency)) break;
            string whole = _tokens[top.Left] + Bare(_tokens[top.Right]);
            if (maxLength is { } longest && Characters(Bare(whole)) > longest) continue;
            Merge(top.Left, top.Right, whole);
        }
    }

    private void Add(string word, long count)
    {
        var symbols = new List<int>();
        for (int at = 0; at < word.Length;)
        {
            CodePoints.At(word, at, out int length);
            string symbol = (at > 0 ? _prefix : "") + word.Substring(at, length);
            if (!_ids.TryGetValue(symbol, out int id)) return; // a character that the alphabet leaves out
            symbols.Add(id);
            at += length;
        }
        int index = _words.Count;
        _words.Add([.. symbols]);
        _wordCounts.Add(count);
        for (int i = 0; i + 1 < symbols.Count; i++) Change((symbols[i], symbols[i + 1]), index, count);
    }

    private void Merge(int left, int right, string whole)
    {
        Merges.Add((_tokens[left], _tokens[right]));
        if (!_ids.TryGetValue(whole, out int merged))
        {
            merged = _tokens.Count;
            _tokens.Add(whole);
            _ids[whole] = merged;
        }
        var changed = new HashSet<(int, int)>();
        foreach (int index in _places[(left, right)].ToArray())
        {
            var (word, count) = (_words[index], _wordCounts[index]);
            var result = new List<int>(word.Length);
            for (int i = 0; i < word.Length; i++)
            {
                if (word[i] != left || i + 1 == word.Length || word[i + 1] != right)
                {
                    result.Add(word[i]);
                    continue;
                }
                result.Add(merged);
                i++;
            }
            if (result.Count == word.Length) continue;
            for (int i = 0; i + 1 < word.Length; i++) Change((word[i], word[i + 1]), index, -count);
            _words[index] = [.. result];
            for (int i = 0; i + 1 < result.Count; i++)
            {
                Change((result[i], result[i + 1]), index, count);
                if (result[i] == merged || result[i + 1] == merged) changed.Add((result[i], result[i + 1]));
            }
        }
        _counts.Remove((left, right));
        _places.Remove((left, right));
        foreach (var pair in changed) Enqueue(pair, _counts[pair]);
    }

    private void Change((int, int) pair, int word, long by)
    {
        _counts[pair] = _counts.GetValueOrDefault(pair) + by;
        if (by <= 0) return;
        if (!_places.TryGetValue(pair, out var words)) _places[pair] = words = [];
        words.Add(word);
    }

    private void Enqueue((int Left, int Right) pair, long count)
    {
        if (count > 0) _queue.Enqueue((pair.Left, pair.Right, count), (-count, pair.Left, pair.Right));
    }

    private string Bare(string token) => _prefix.Length > 0 && token.StartsWith(_prefix, StringComparison.Ordinal) ? token[_prefix.Length..] : token;

    private static int Characters(string text) => text.Count(c => !char.IsLowSurrogate(c));
}
