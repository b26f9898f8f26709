using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// WordPiece as BERT uses it (Devlin et al. 2018, arXiv:1810.04805): from the left, the longest token that fits, those inside a word
/// marked by a prefix; a word with a part that no token fits is unknown as a whole.
/// </summary>
/// <param name="vocabulary">The tokens.</param>
/// <param name="unknownToken">Must be one of them.</param>
/// <param name="prefix">Marks tokens inside a word, such as <c>##</c>.</param>
/// <param name="maxChars">Longer words, in characters, are unknown.</param>
internal sealed class WordPieceModel(TokenVocabulary vocabulary, string unknownToken, string prefix, int maxChars) : TokenModel
{
    private readonly int _longest = vocabulary.Entries().Select(e => e.Token.Length).DefaultIfEmpty().Max();

    public override TokenVocabulary Vocabulary => vocabulary;

    public string Prefix => prefix;

    public override int UnknownId { get; } = vocabulary.Id(unknownToken) is >= 0 and var id ? id
        : throw new FormatException($"WordPiece: the unknown token \"{CsvTable.Shorten(unknownToken)}\" is not in the vocabulary");

    public override void Encode(ReadOnlySpan<char> word, EncoderState state)
    {
        var pieces = state.Pieces;
        int before = pieces.Count;
        var marked = state.Chars(prefix.Length + word.Length);
        prefix.CopyTo(marked);
        word.CopyTo(marked[prefix.Length..]);
        bool tooLong = Count(word) > maxChars;
        for (int start = 0; start < word.Length && !tooLong;)
        {
            int from = start == 0 ? prefix.Length : start;
            if (start > 0) prefix.CopyTo(marked[start..]); // the prefix overwrites what is done with
            int end = start == 0 ? Math.Min(word.Length, _longest) : Math.Min(word.Length, start + _longest - prefix.Length), id = -1;
            for (; end > start; end--)
            {
                id = vocabulary.Id(marked[from..(prefix.Length + end)]);
                if (id >= 0) break;
            }
            if (id < 0)
            {
                tooLong = true;
                break;
            }
            pieces.Add(new Piece(id, start, end));
            start = end;
        }
        if (!tooLong) return;
        pieces.RemoveRange(before, pieces.Count - before);
        pieces.Add(new Piece(UnknownId, 0, word.Length));
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "WordPiece");
        json.WriteString("unk_token", unknownToken);
        json.WriteString("continuing_subword_prefix", prefix);
        json.WriteNumber("max_input_chars_per_word", maxChars);
        WriteVocabulary(json);
    }

    private static int Count(ReadOnlySpan<char> word)
    {
        int count = 0;
        for (int at = 0; at < word.Length; count++)
        {
            CodePoints.At(word, at, out int length);
            at += length;
        }
        return count;
    }
}
