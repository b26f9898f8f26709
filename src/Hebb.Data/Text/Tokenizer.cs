using System.Collections.Concurrent;

namespace Hebb.Data;

/// <summary>
/// Text to the token ids of a language model, and back: byte-pair encoding, Unigram, WordPiece and whole words, read from the files that
/// models come with, or trained. Any number of threads may use one.
/// </summary>
public sealed partial class Tokenizer
{
    private readonly TextNormalizer? _normalizer;
    private readonly PreTokenizer? _preTokenizer;
    private readonly PostProcessor? _postProcessor;
    private readonly TokenDecoder? _decoder;
    private readonly TokenModel _model;
    private readonly Dictionary<int, AddedToken> _addedById;
    private readonly Dictionary<string, AddedToken> _addedByText = [];
    private readonly AddedTokenMatcher _inText, _inTextPlain, _inNormalized, _inNormalizedPlain; // plain: special ones are text
    private readonly WordScanner? _direct; // cuts where the text is only cut, and the model reads bytes
    private readonly bool _bytes;
    private readonly ConcurrentBag<EncoderState> _states = [];

    /// <summary>The same tokenizer, to be given another <see cref="Truncation"/> or <see cref="Padding"/>.</summary>
    public Tokenizer(Tokenizer other) : this(other.Parts)
    {
    }

    internal Tokenizer(TokenizerParts parts)
    {
        (_normalizer, _preTokenizer, _model, _postProcessor, _decoder) = (parts.Normalizer, parts.PreTokenizer, parts.Model, parts.PostProcessor, parts.Decoder);
        (AddedTokens, Truncation, Padding) = (parts.AddedTokens, parts.Truncation, parts.Padding);
        _addedById = [];
        foreach (var token in AddedTokens)
        {
            _addedById[token.Id] = token;
            _addedByText[token.Content] = token;
        }
        VocabularySize = AddedTokens.Select(t => t.Id + 1).Append(_model.Vocabulary.Size).Max();
        (_inText, _inTextPlain) = Matchers(false);
        (_inNormalized, _inNormalizedPlain) = Matchers(true);
        _bytes = _model is BpeModel { Options.Bytes: true };
        if (_bytes) _direct = DirectScanner();

        (AddedTokenMatcher All, AddedTokenMatcher Plain) Matchers(bool normalized)
        {
            var tokens = AddedTokens.Where(t => t.Normalized == normalized).Select(t => (normalized ? Normalize(t.Content) : t.Content, t)).ToArray();
            return (new(tokens), new(tokens.Where(t => !t.t.Special)));
        }
    }

    /// <summary>One more than the highest id: the rows of an embedding.</summary>
    public int VocabularySize { get; }

    /// <summary>Tokens that are found in the text before it is cut, special ones among them.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    /// <summary>How long texts are cut; null leaves them.</summary>
    public TokenTruncation? Truncation { get; init; }

    /// <summary>How short texts of a batch are filled up; null leaves them.</summary>
    public TokenPadding? Padding { get; init; }

    /// <summary>The id of a token as the vocabulary writes it, or null.</summary>
    public int? Id(string token)
    {
        if (_addedByText.TryGetValue(token, out var added)) return added.Id;
        return _model.Vocabulary.Id(token) is >= 0 and var id ? id : null;
    }

    /// <summary>The token of an id as the vocabulary writes it, or null.</summary>
    public string? Token(int id) => _addedById.TryGetValue(id, out var added) ? added.Content : _model.Vocabulary.Token(id);

    /// <summary>The text as it is before it is cut.</summary>
    public string Normalize(string text) => _normalizer is null ? text : _normalizer.Apply(new AlignedText(text)).Text;

    private TokenizerParts Parts => new(_model)
    {
        Normalizer = _normalizer,
        PreTokenizer = _preTokenizer,
        PostProcessor = _postProcessor,
        Decoder = _decoder,
        AddedTokens = AddedTokens,
        Truncation = Truncation,
        Padding = Padding,
    };

    /// <summary>The one scanner that does all the cutting, where the pre-tokenizer is no more than that.</summary>
    private WordScanner? DirectScanner()
    {
        IReadOnlyList<PreTokenizer> parts = _preTokenizer is SequencePreTokenizer sequence ? sequence.Parts : [_preTokenizer!];
        return parts switch
        {
            [ByteLevelPreTokenizer { PrefixSpace: false, UseRegex: true }] => ByteLevelPreTokenizer.Scanner,
            [SplitPreTokenizer { Scanner: { } scanner }, ByteLevelPreTokenizer { PrefixSpace: false, UseRegex: false }] => scanner,
            _ => null,
        };
    }
}

/// <summary>What a tokenizer is put together from.</summary>
internal sealed record TokenizerParts(TokenModel Model)
{
    public TextNormalizer? Normalizer { get; init; }

    public PreTokenizer? PreTokenizer { get; init; }

    public PostProcessor? PostProcessor { get; init; }

    public TokenDecoder? Decoder { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public TokenTruncation? Truncation { get; init; }

    public TokenPadding? Padding { get; init; }
}
