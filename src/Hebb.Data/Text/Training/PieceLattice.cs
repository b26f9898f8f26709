namespace Hebb.Data;

/// <summary>All ways to cut a word into pieces of a list.</summary>
internal sealed class PieceLattice
{
    private readonly PairMap _trie;
    private readonly List<int> _ends = [-1];
    private readonly double[] _scores;

    /// <param name="pieces">Pieces and their log-probabilities; every character of a word must be one.</param>
    public PieceLattice(List<(string Piece, double Score)> pieces)
    {
        _scores = [.. pieces.Select(p => p.Score)];
        _trie = new PairMap(pieces.Count * 3);
        for (int id = 0; id < pieces.Count; id++)
        {
            int node = 0;
            foreach (char c in pieces[id].Piece)
            {
                int next = _trie[node, c];
                if (next < 0)
                {
                    next = _ends.Count;
                    _ends.Add(-1);
                    _trie.TryAdd(node, c, next);
                }
                node = next;
            }
            _ends[node] = id;
        }
    }

    /// <summary>Adds to each piece how often it is expected in a word that comes so many times.</summary>
    public void AddExpected(string word, long count, double[] expected)
    {
        var edges = Edges(word, without: -1);
        var forwards = new double[word.Length + 1];
        var backwards = new double[word.Length + 1];
        forwards.AsSpan(1).Fill(double.NegativeInfinity);
        backwards.AsSpan(0, word.Length).Fill(double.NegativeInfinity);
        foreach (var (start, end, id) in edges) forwards[end] = LogAdd(forwards[end], forwards[start] + _scores[id]);
        for (int i = edges.Count - 1; i >= 0; i--)
        {
            var (start, end, id) = edges[i];
            backwards[start] = LogAdd(backwards[start], backwards[end] + _scores[id]);
        }
        foreach (var (start, end, id) in edges) expected[id] += count * Math.Exp(forwards[start] + _scores[id] + backwards[end] - forwards[word.Length]);
    }

    /// <summary>The best cut of a word, without a piece (-1: with all).</summary>
    public List<int> Best(string word, int without)
    {
        var best = new double[word.Length + 1];
        var from = new (int Start, int Id)[word.Length + 1];
        best.AsSpan(1).Fill(double.NegativeInfinity);
        foreach (var (start, end, id) in Edges(word, without))
            if (best[start] + _scores[id] > best[end]) (best[end], from[end]) = (best[start] + _scores[id], (start, id));
        var cut = new List<int>();
        for (int at = word.Length; at > 0; at = from[at].Start) cut.Add(from[at].Id);
        cut.Reverse();
        return cut;
    }

    /// <summary>Every place of every piece, by where it starts.</summary>
    private List<(int Start, int End, int Id)> Edges(string word, int without)
    {
        var edges = new List<(int, int, int)>();
        for (int start = 0; start < word.Length; start++)
        {
            for (int end = start, node = 0; end < word.Length;)
            {
                node = _trie[node, word[end++]];
                if (node < 0) break;
                if (_ends[node] >= 0 && _ends[node] != without) edges.Add((start, end, _ends[node]));
            }
        }
        return edges;
    }

    private static double LogAdd(double a, double b)
    {
        if (a < b) (a, b) = (b, a);
        return double.IsNegativeInfinity(b) ? a : a + Math.Log(1 + Math.Exp(b - a));
    }
}
