using System.Runtime.InteropServices;

namespace Hebb.Data;

public sealed partial class Tokenizer
{
    /// <summary>The ids of a text alone: no special tokens around it, nothing cut or filled up.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parseSpecialTokens">Whether special tokens written out in the text become those tokens.</param>
    public int[] EncodeIds(string text, bool parseSpecialTokens = true)
    {
        var tokens = new TokenList(withPlaces: false);
        Run(text, parseSpecialTokens, tokens);
        return [.. tokens.Ids];
    }

    /// <summary>The tokens of a text, with their places in it.</summary>
    /// <param name="text">The text.</param>
    /// <param name="options">By default with special tokens around it.</param>
    public TokenEncoding Encode(string text, EncodeOptions? options = null) => EncodeAndPad(text, null, options);

    /// <summary>The tokens of two texts, such as question and passage, put together as the tokenizer's template says.</summary>
    public TokenEncoding Encode(string text, string pair, EncodeOptions? options = null) => EncodeAndPad(text, pair, options);

    private TokenEncoding EncodeAndPad(string text, string? pair, EncodeOptions? options)
    {
        var encoding = EncodeOne(text, pair, options ?? EncodeOptions.Default);
        return Padding is null ? encoding : encoding.Pad(Padding.Target(encoding.Count), Padding);
    }

    private TokenEncoding EncodeOne(string text, string? pair, EncodeOptions options)
    {
        var first = new TokenList(withPlaces: true);
        Run(text, options.ParseSpecialTokens, first);
        TokenList? second = null;
        if (pair is not null) Run(pair, options.ParseSpecialTokens, second = new TokenList(withPlaces: true));
        return Assemble(first, second, options.AddSpecialTokens);
    }

    private void Run(string text, bool parseSpecial, TokenList tokens)
    {
        if (!_states.TryTake(out var state)) state = new EncoderState();
        try
        {
            var matcher = parseSpecial ? _inText : _inTextPlain;
            int at = 0;
            while (!matcher.IsEmpty && matcher.Find(text, at, out int start, out int end) is { } token)
            {
                if (start > at) Section(text, at, start, parseSpecial, tokens, state);
                tokens.Add(token.Id, start, end);
                tokens.EndWord();
                at = end;
            }
            if (at < text.Length) Section(text, at, text.Length, parseSpecial, tokens, state);
        }
        finally
        {
            _states.Add(state);
        }
    }

    private void Section(string text, int from, int to, bool parseSpecial, TokenList tokens, EncoderState state)
    {
        var matcher = parseSpecial ? _inNormalized : _inNormalizedPlain;
        bool direct = _direct is not null && matcher.IsEmpty;
        if (direct && _normalizer is null)
        {
            Direct(text.AsSpan(from, to - from), from, tokens, state);
            return;
        }
        var raw = new AlignedText(text[from..to], from);
        var normal = _normalizer?.Apply(raw) ?? raw;
        if (direct && ReferenceEquals(normal, raw))
        {
            Direct(normal.Text, from, tokens, state);
            return;
        }
        int at = 0;
        while (!matcher.IsEmpty && matcher.Find(normal.Text, at, out int start, out int end) is { } token)
        {
            if (start > at) EncodeWords(normal.Slice(at, start), tokens, state);
            (int tokenStart, int tokenEnd) = normal.Range(start, end);
            tokens.Add(token.Id, tokenStart, tokenEnd);
            tokens.EndWord();
            at = end;
        }
        if (at < normal.Length) EncodeWords(normal.Slice(at, normal.Length), tokens, state);
    }

    /// <summary>The way of byte-level models: cut, look up, copy.</summary>
    private void Direct(ReadOnlySpan<char> text, int offset, TokenList tokens, EncoderState state)
    {
        for (int at = 0; at < text.Length;)
        {
            int end = _direct!.Next(text, at);
            tokens.AddAll(_model.Cached(text[at..end], state), offset + at);
            at = end;
        }
    }

    private void EncodeWords(AlignedText text, TokenList tokens, EncoderState state)
    {
        var words = new Words(text);
        if (_bytes) CutOnly(_preTokenizer!, words);
        else _preTokenizer?.Apply(words);
        foreach (var (start, end) in words.Ranges)
        {
            foreach (var piece in _model.Cached(words.Text.Text.AsSpan(start, end - start), state))
            {
                if (!tokens.WithPlaces)
                {
                    tokens.Ids.Add(piece.Id);
                    continue;
                }
                var (from, to) = words.Text.Range(start + piece.Start, start + piece.End);
                tokens.Add(piece.Id, from, to);
            }
            tokens.EndWord();
        }
    }

    /// <summary>All but the writing of bytes as characters, which ends the pre-tokenizer of a byte-level model.</summary>
    private static void CutOnly(PreTokenizer preTokenizer, Words words)
    {
        IReadOnlyList<PreTokenizer> parts = preTokenizer is SequencePreTokenizer sequence ? sequence.Parts : [preTokenizer];
        for (int i = 0; i < parts.Count - 1; i++) parts[i].Apply(words);
        ((ByteLevelPreTokenizer)parts[^1]).Cut(words);
    }

    /// <summary>The tokens of a text as they come.</summary>
    private sealed class TokenList(bool withPlaces)
    {
        private int _word;

        public bool WithPlaces => withPlaces;

        public List<int> Ids { get; } = [];

        public List<Range> Offsets { get; } = [];

        public List<int> Words { get; } = [];

        public void Add(int id, int start, int end)
        {
            Ids.Add(id);
            if (!withPlaces) return;
            Offsets.Add(start..end);
            Words.Add(_word);
        }

        /// <summary>The pieces of a word that starts at a place of the text.</summary>
        public void AddAll(ReadOnlySpan<Piece> pieces, int offset)
        {
            if (!withPlaces)
            {
                if (pieces.Length == 1)
                {
                    Ids.Add(pieces[0].Id);
                    return;
                }
                int count = Ids.Count;
                CollectionsMarshal.SetCount(Ids, count + pieces.Length);
                var to = CollectionsMarshal.AsSpan(Ids)[count..];
                for (int i = 0; i < pieces.Length; i++) to[i] = pieces[i].Id;
                return;
            }
            foreach (var piece in pieces) Add(piece.Id, offset + piece.Start, offset + piece.End);
            EndWord();
        }

        public void EndWord() => _word++;

        public TokenList Cut(int start, int end)
        {
            if (start == 0 && end == Ids.Count) return this;
            var part = new TokenList(withPlaces: true);
            part.Ids.AddRange(Ids[start..end]);
            part.Offsets.AddRange(Offsets[start..end]);
            part.Words.AddRange(Words[start..end]);
            return part;
        }
    }
}
