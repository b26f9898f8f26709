namespace Hebb.Data;

/// <summary>How a tokenizer is trained.</summary>
public sealed record TokenizerTraining
{
    /// <summary>The most tokens, special ones included.</summary>
    public int VocabularySize { get; init; } = 30_000;

    /// <summary>Pairs that come less often do not merge (BPE and WordPiece).</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>Tokens that are found in texts as they are; they have the first ids.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>Small letters, and no accents.</summary>
    public bool Lowercase { get; init; }

    /// <summary>The longest token, in characters; null is without limit.</summary>
    public int? MaxTokenLength { get; init; }

    internal void Check(int least)
    {
        if (VocabularySize < least) throw new DataException($"Train: a vocabulary of {VocabularySize} is too small: special tokens and single characters alone are {least}");
        if (SpecialTokens.Distinct().Count() < SpecialTokens.Count || SpecialTokens.Any(t => t.Length == 0)) throw new DataException("Train: special tokens must differ and not be empty");
        if (MaxTokenLength is < 1) throw new DataException($"Train: tokens of at most {MaxTokenLength} characters: must be at least 1");
    }
}
