using System.Text;

namespace Hebb.Data;

/// <summary>
/// Text from token ids that come one by one. A character that is spread over several tokens is held back until it is whole, so that the
/// pieces joined are what <see cref="Tokenizer.Decode"/> gives for all ids.
/// </summary>
public sealed class TokenStream
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecial, _bytes;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly List<int> _ids = []; // since the text that can't change any more
    private int _emitted; // chars of the text of _ids that were given out

    internal TokenStream(Tokenizer tokenizer, bool skipSpecial, bool bytes) => (_tokenizer, _skipSpecial, _bytes) = (tokenizer, skipSpecial, bytes);

    /// <summary>The text that one more id completes; often empty within a character.</summary>
    public string Append(int id)
    {
        if (_bytes) return Read(_tokenizer.Bytes(id, _skipSpecial), flush: false);
        _ids.Add(id);
        string text = _tokenizer.Decode([.. _ids], _skipSpecial);
        // What ends in a replacement character may be a character that is not whole yet.
        if (text.EndsWith('\uFFFD') || text.Length <= _emitted) return "";
        string added = text[_emitted..];
        _emitted = text.Length;
        Forget(text);
        return added;
    }

    /// <summary>What was held back, at the end; incomplete bytes become U+FFFD.</summary>
    public string End()
    {
        if (_bytes) return Read([], flush: true);
        string text = _tokenizer.Decode([.. _ids], _skipSpecial), added = text.Length > _emitted ? text[_emitted..] : "";
        _ids.Clear();
        _emitted = 0;
        return added;
    }

    private string Read(ReadOnlySpan<byte> bytes, bool flush)
    {
        var chars = new char[_utf8.GetCharCount(bytes, flush)];
        return new string(chars, 0, _utf8.GetChars(bytes, chars, flush));
    }

    /// <summary>
    /// Keeps only the last tokens: a decoder treats the first token of a text its own way, so one stays before those to come, and its text
    /// is what the next is compared with.
    /// </summary>
    private void Forget(string text)
    {
        const int keep = 8;
        if (_ids.Count <= 4 * keep) return;
        var rest = _ids[^keep..];
        string tail = _tokenizer.Decode([.. rest], _skipSpecial);
        if (!text.EndsWith(tail, StringComparison.Ordinal)) return;
        _ids.Clear();
        _ids.AddRange(rest);
        _emitted = tail.Length;
    }
}
