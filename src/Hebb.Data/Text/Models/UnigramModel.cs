using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// The unigram language model (Kudo 2018, arXiv:1804.10959): of all ways to cut a text into pieces, the one whose log-probabilities add
/// up to the most (Viterbi).
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    /// <summary>How far below the rarest piece an unknown character is.</summary>
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly PairMap _trie; // (node, char) to node; node 0 is the root
    private readonly List<int> _ids = [-1]; // the token that ends at a node
    private readonly double _unknownScore;
    private readonly int[] _byteIds = new int[256];
    private readonly bool _single;

    /// <param name="pieces">Tokens and their scores, by id.</param>
    /// <param name="unknownId">The id that stands for unknown characters, or -1.</param>
    /// <param name="byteFallback">Write unknown characters as their bytes.</param>
    /// <param name="inText">Whether a token may be found in a text; control tokens are not.</param>
    /// <param name="singlePrecision">Add up scores in float32, as SentencePiece does; Hugging Face's library uses float64.</param>
    public UnigramModel(IReadOnlyList<(string Token, double Score)> pieces, int unknownId, bool byteFallback, Func<int, bool>? inText = null, bool singlePrecision = false)
    {
        if (unknownId >= pieces.Count) throw new FormatException($"Unigram: the unknown id {unknownId} is not one of the {pieces.Count} pieces");
        Vocabulary = new TokenVocabulary(pieces.Select(p => p.Token));
        (UnknownId, HasByteFallback, _single) = (unknownId, byteFallback, singlePrecision);
        _scores = [.. pieces.Select(p => p.Score)];
        _trie = new PairMap(pieces.Count * 4);
        double lowest = 0;
        for (int id = 0; id < pieces.Count; id++)
        {
            if (id == unknownId || inText?.Invoke(id) == false) continue;
            lowest = Math.Min(lowest, _scores[id]);
            if (pieces[id].Token.Length > 0) Insert(pieces[id].Token, id);
        }
        _unknownScore = lowest - UnknownPenalty;
        for (int value = 0; value < 256; value++) _byteIds[value] = byteFallback ? Vocabulary.Id(ByteFallback.Token((byte)value)) : -1;
        if (byteFallback && Array.IndexOf(_byteIds, -1) >= 0) HasByteFallback = false;
    }

    public override TokenVocabulary Vocabulary { get; }

    public override int UnknownId { get; }

    public bool HasByteFallback { get; }

    public double Score(int id) => _scores[id];

    public override void Encode(ReadOnlySpan<char> word, EncoderState state)
    {
        // back[i]: the token of the best way that ends at i, and from[i]: where that token starts.
        var back = state.Symbols(word.Length + 1);
        var from = state.Links(word.Length + 1);
        var best = state.Scores(word.Length + 1);
        from.Fill(-1);
        (from[0], best[0]) = (0, 0);
        for (int at = 0; at < word.Length;)
        {
            CodePoints.At(word, at, out int length);
            bool single = false;
            for (int node = 0, end = at; end < word.Length;)
            {
                node = _trie[node, word[end++]];
                if (node < 0) break;
                if (_ids[node] is not (>= 0 and var id)) continue;
                Offer(at, end, id, _scores[id], back, from, best);
                single |= end == at + length;
            }
            if (!single) Offer(at, at + length, UnknownId, _unknownScore, back, from, best);
            at += length;
        }
        Trace(word, back, from, state);
    }

    private void Offer(int start, int end, int id, double score, Span<int> back, Span<int> from, Span<double> best)
    {
        double total = best[start] + score;
        if (_single) total = (float)total;
        if (from[end] >= 0 && !(total > best[end])) return;
        (back[end], from[end], best[end]) = (id, start, total);
    }

    private void Trace(ReadOnlySpan<char> word, Span<int> back, Span<int> from, EncoderState state)
    {
        var pieces = state.Pieces;
        int first = pieces.Count;
        Span<byte> bytes = stackalloc byte[4];
        for (int end = word.Length; end > 0;)
        {
            int start = from[end], id = back[end];
            // Unknown characters that follow each other are one token.
            if (id == UnknownId)
                while (start > 0 && back[start] == UnknownId) start = from[start];
            if (id != UnknownId)
            {
                pieces.Add(new Piece(id, start, end));
            }
            else if (HasByteFallback)
            {
                for (int at = end; at > start;)
                {
                    CodePoints.Before(word, at, out int length);
                    int width = Encoding.UTF8.GetBytes(word.Slice(at - length, length), bytes);
                    for (int i = width - 1; i >= 0; i--) pieces.Add(new Piece(_byteIds[bytes[i]], at - length, at));
                    at -= length;
                }
            }
            else if (id >= 0)
            {
                pieces.Add(new Piece(id, start, end));
            }
            end = start;
        }
        state.PieceSpan[first..].Reverse();
    }

    private void Insert(string token, int id)
    {
        int node = 0;
        foreach (char c in token)
        {
            int next = _trie[node, c];
            if (next < 0)
            {
                next = _ids.Count;
                _ids.Add(-1);
                _trie.TryAdd(node, c, next);
            }
            node = next;
        }
        _ids[node] = id;
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "Unigram");
        if (UnknownId >= 0) json.WriteNumber("unk_id", UnknownId);
        else json.WriteNull("unk_id");
        json.WriteStartArray("vocab");
        foreach (var (token, id) in Vocabulary.Entries())
        {
            json.WriteStartArray();
            json.WriteStringValue(token);
            json.WriteNumberValue(_scores[id]);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteBoolean("byte_fallback", HasByteFallback);
    }
}
