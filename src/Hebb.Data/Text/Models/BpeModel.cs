using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>How a <see cref="BpeModel"/> treats what is not a merge.</summary>
internal sealed record BpeOptions
{
    /// <summary>Stands for characters that the vocabulary lacks; without it they vanish.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Marks symbols inside a word, such as <c>##</c>.</summary>
    public string? ContinuingPrefix { get; init; }

    /// <summary>Marks the last symbol of a word, such as <c>&lt;/w&gt;</c>.</summary>
    public string? WordSuffix { get; init; }

    /// <summary>One unknown token for a run of unknown characters.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Write unknown characters as their bytes: <c>&lt;0xE2&gt;</c>.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A word that is a token is that token, whatever the merges would make of it.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Words are given as text and read as bytes, each a character of <see cref="ByteAlphabet"/>.</summary>
    public bool Bytes { get; init; }
}

/// <summary>
/// Byte-pair encoding (Sennrich, Haddow and Birch 2016, arXiv:1508.07909): the symbols of a word merge in the order in which training
/// found the pairs.
/// </summary>
internal sealed class BpeModel : TokenModel
{
    private readonly int[] _byteIds = new int[256]; // symbols of bytes: of the alphabet, or of the fallback
    private readonly bool _allBytes;

    public BpeModel(TokenVocabulary vocabulary, MergeTable merges, BpeOptions options)
    {
        (Vocabulary, Merges, Options) = (vocabulary, merges, options);
        UnknownId = options.UnknownToken is { } unknown ? vocabulary.Id(unknown) : -1;
        for (int value = 0; value < 256; value++)
            _byteIds[value] = vocabulary.Id(options.Bytes ? [ByteAlphabet.Char((byte)value)] : ByteFallback.Token((byte)value));
        _allBytes = Array.IndexOf(_byteIds, -1) < 0;
    }

    public override TokenVocabulary Vocabulary { get; }

    public MergeTable Merges { get; }

    public BpeOptions Options { get; }

    public override int UnknownId { get; }

    /// <summary>Merges given as pairs of tokens in the order of their rank.</summary>
    /// <exception cref="FormatException">A token, or what two make, is not in the vocabulary.</exception>
    public static MergeTable MergesOf(TokenVocabulary vocabulary, IReadOnlyList<(string Left, string Right)> pairs, string? continuingPrefix)
    {
        var merges = new MergeTable(pairs.Count);
        int prefix = continuingPrefix?.Length ?? 0;
        for (int rank = 0; rank < pairs.Count; rank++)
        {
            var (left, right) = pairs[rank];
            string whole = left + (right.Length >= prefix ? right[prefix..] : right);
            int merged = Known(whole);
            merges.TryAdd(Known(left), Known(right), rank, merged);

            int Known(string token)
            {
                int id = vocabulary.Id(token);
                return id >= 0 ? id : throw new FormatException($"merge {rank} (\"{CsvTable.Shorten(left)}\", \"{CsvTable.Shorten(right)}\"): \"{CsvTable.Shorten(token)}\" is not in the vocabulary");
            }
        }
        return merges;
    }

    /// <summary>Every way to make a token of two others, ranked by a number of the token (lower first).</summary>
    public static MergeTable MergesOf(TokenVocabulary vocabulary, Func<int, int?> rank)
    {
        var merges = new MergeTable(vocabulary.Count * 3);
        foreach (var (token, id) in vocabulary.Entries())
        {
            if (rank(id) is not { } order) continue;
            for (int cut = 1; cut < token.Length; cut++)
            {
                int left = vocabulary.Id(token.AsSpan(0, cut)), right = left < 0 ? -1 : vocabulary.Id(token.AsSpan(cut));
                if (right >= 0 && rank(left) is not null && rank(right) is not null) merges.TryAdd(left, right, order, id);
            }
        }
        return merges;
    }

    public override void Encode(ReadOnlySpan<char> word, EncoderState state)
    {
        int size = Options.Bytes ? Encoding.UTF8.GetMaxByteCount(word.Length) : word.Length * (Options.ByteFallback ? 3 : 1);
        var bytes = Options.Bytes ? state.Bytes(size) : default;
        if (Options.Bytes) bytes = bytes[..Encoding.UTF8.GetBytes(word, bytes)];
        if (Options.IgnoreMerges && Whole(word, bytes, state) is >= 0 and var whole)
        {
            state.Pieces.Add(new Piece(whole, 0, word.Length));
            return;
        }
        var symbols = state.Symbols(size);
        var ends = state.Ends(size);
        int count = Options.Bytes && _allBytes ? BytesToSymbols(bytes, symbols, ends)
            : Options.Bytes ? BytesOrUnknown(bytes, symbols, ends) : CharsToSymbols(word, symbols, ends, state);
        count = PairMerger.Merge(symbols[..count], ends[..count], Merges, state);
        Emit(word, symbols[..count], ends[..count], state);
    }

    private int Whole(ReadOnlySpan<char> word, ReadOnlySpan<byte> bytes, EncoderState state)
    {
        if (!Options.Bytes) return Vocabulary.Id(word);
        var chars = state.Chars(bytes.Length);
        for (int i = 0; i < bytes.Length; i++) chars[i] = ByteAlphabet.Char(bytes[i]);
        return Vocabulary.Id(chars);
    }

    private int BytesToSymbols(ReadOnlySpan<byte> bytes, Span<int> symbols, Span<int> ends)
    {
        for (int i = 0; i < bytes.Length; i++) (symbols[i], ends[i]) = (_byteIds[bytes[i]], i + 1);
        return bytes.Length;
    }

    private int BytesOrUnknown(ReadOnlySpan<byte> bytes, Span<int> symbols, Span<int> ends)
    {
        int count = 0;
        bool unknown = false;
        for (int i = 0; i < bytes.Length; i++)
        {
            int id = _byteIds[bytes[i]];
            if (id >= 0) (symbols[count], ends[count++]) = (id, i + 1);
            else count = AddUnknown(symbols, ends, count, i + 1, unknown);
            unknown = id < 0;
        }
        return count;
    }

    /// <summary>Symbols of characters; ends are counted in UTF-8 bytes.</summary>
    private int CharsToSymbols(ReadOnlySpan<char> word, Span<int> symbols, Span<int> ends, EncoderState state)
    {
        int count = 0, end = 0;
        bool unknown = false; // whether the symbol before was
        Span<byte> bytes = stackalloc byte[4];
        for (int at = 0; at < word.Length;)
        {
            CodePoints.At(word, at, out int length);
            var symbol = word.Slice(at, length);
            int width = Encoding.UTF8.GetBytes(symbol, bytes);
            int id = Symbol(symbol, at == 0, at + length == word.Length, state);
            bool fallback = id < 0 && Options.ByteFallback && AreKnown(bytes[..width]);
            if (id >= 0)
            {
                (symbols[count], ends[count++]) = (id, end + width);
            }
            else if (fallback)
            {
                for (int i = 0; i < width; i++) (symbols[count], ends[count++]) = (_byteIds[bytes[i]], end + i + 1);
            }
            else
            {
                count = AddUnknown(symbols, ends, count, end + width, unknown);
            }
            unknown = id < 0 && !fallback;
            at += length;
            end += width;
        }
        return count;
    }

    private int Symbol(ReadOnlySpan<char> symbol, bool first, bool last, EncoderState state)
    {
        string prefix = first ? "" : Options.ContinuingPrefix ?? "", suffix = last ? Options.WordSuffix ?? "" : "";
        if (prefix.Length + suffix.Length == 0) return Vocabulary.Id(symbol);
        var marked = state.Chars(prefix.Length + symbol.Length + suffix.Length);
        prefix.CopyTo(marked);
        symbol.CopyTo(marked[prefix.Length..]);
        suffix.CopyTo(marked[(prefix.Length + symbol.Length)..]);
        return Vocabulary.Id(marked);
    }

    private bool AreKnown(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
            if (_byteIds[value] < 0) return false;
        return true;
    }

    private int AddUnknown(Span<int> symbols, Span<int> ends, int count, int end, bool after)
    {
        if (UnknownId < 0) return count;
        if (Options.FuseUnknown && after)
        {
            ends[count - 1] = end;
            return count;
        }
        (symbols[count], ends[count]) = (UnknownId, end);
        return count + 1;
    }

    /// <summary>Symbols whose ends are counted in bytes as pieces whose places are counted in chars.</summary>
    private static void Emit(ReadOnlySpan<char> word, ReadOnlySpan<int> symbols, ReadOnlySpan<int> ends, EncoderState state)
    {
        var pieces = state.Pieces;
        int start = 0, at = 0, bytes = 0; // the char that holds the byte `start`, and the bytes before it
        for (int i = 0; i < symbols.Length; i++)
        {
            int width, length;
            while (at < word.Length && bytes + (width = Width(word, at, out length)) <= start) (at, bytes) = (at + length, bytes + width);
            int last = at, to = bytes;
            while (last < word.Length && to < ends[i])
            {
                to += Width(word, last, out length);
                last += length;
            }
            pieces.Add(new Piece(symbols[i], at, last));
            start = ends[i];
        }
    }

    private static int Width(ReadOnlySpan<char> word, int at, out int length)
    {
        int code = CodePoints.At(word, at, out length);
        return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteString("unk_token", Options.UnknownToken);
        json.WriteString("continuing_subword_prefix", Options.ContinuingPrefix);
        json.WriteString("end_of_word_suffix", Options.WordSuffix);
        json.WriteBoolean("fuse_unk", Options.FuseUnknown);
        json.WriteBoolean("byte_fallback", Options.ByteFallback);
        json.WriteBoolean("ignore_merges", Options.IgnoreMerges);
        WriteVocabulary(json);
        json.WriteStartArray("merges");
        foreach (var (left, right) in Merges.InOrder())
        {
            json.WriteStartArray();
            json.WriteStringValue(Vocabulary.Token(left));
            json.WriteStringValue(Vocabulary.Token(right));
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }
}
