namespace Hebb.Data;

/// <summary>The tokens of a text, or of a pair of texts, one entry each in every array.</summary>
public sealed class TokenEncoding
{
    internal TokenEncoding(int[] ids, Range[] offsets, int[] words, int[] sequences, int[] types, bool[] mask)
        => (Ids, Offsets, Words, Sequences, TypeIds, AttentionMask) = (ids, offsets, words, sequences, types, mask);

    /// <summary>Number of tokens, special ones and padding included.</summary>
    public int Count => Ids.Length;

    public int[] Ids { get; }

    /// <summary>The chars of the text that a token stands for; empty at 0 for special tokens and padding.</summary>
    public Range[] Offsets { get; }

    /// <summary>Which word of the text a token belongs to, as the pre-tokenizer cut it; -1 for special tokens and padding.</summary>
    public int[] Words { get; }

    /// <summary>0 for tokens of the first text, 1 for those of the second, -1 for special tokens and padding.</summary>
    public int[] Sequences { get; }

    /// <summary>The segments that a model tells apart, as the tokenizer's template says.</summary>
    public int[] TypeIds { get; }

    /// <summary>False for padding.</summary>
    public bool[] AttentionMask { get; }

    /// <summary>Where truncation cut the text: the windows that follow, each as long as this one and overlapping by the stride.</summary>
    public IReadOnlyList<TokenEncoding> Overflow { get; internal set; } = [];

    internal TokenEncoding Pad(int length, TokenPadding padding)
    {
        int missing = length - Count;
        var overflow = Overflow.Select(window => window.Pad(length, padding)).ToArray();
        if (missing <= 0)
        {
            Overflow = overflow;
            return this;
        }
        return new TokenEncoding(Fill(Ids, padding.Id), Fill(Offsets, 0..0), Fill(Words, -1), Fill(Sequences, -1), Fill(TypeIds, padding.TypeId), Fill(AttentionMask, false))
        {
            Overflow = overflow,
        };

        T[] Fill<T>(T[] values, T value)
        {
            var result = new T[length];
            result.AsSpan().Fill(value);
            values.CopyTo(result, padding.Left ? missing : 0);
            return result;
        }
    }
}

/// <summary>How texts of different lengths are filled up.</summary>
/// <param name="Id">The padding token.</param>
/// <param name="Token">Its text.</param>
public sealed record TokenPadding(int Id, string Token)
{
    /// <summary>To this length; null is the longest text of the batch.</summary>
    public int? Length { get; init; }

    /// <summary>Round lengths up to a multiple of this.</summary>
    public int? MultipleOf { get; init; }

    /// <summary>Fill up at the start.</summary>
    public bool Left { get; init; }

    public int TypeId { get; init; }

    internal int Target(int longest)
    {
        int length = Length ?? longest;
        return MultipleOf is > 0 and var multiple ? (length + multiple - 1) / multiple * multiple : length;
    }
}

/// <summary>How texts that are too long are cut.</summary>
/// <param name="MaxLength">The most tokens, special ones included.</param>
public sealed record TokenTruncation(int MaxLength)
{
    /// <summary>Which text of a pair is cut.</summary>
    public TruncationStrategy Strategy { get; init; } = TruncationStrategy.LongestFirst;

    /// <summary>Tokens that a window shares with the one before.</summary>
    public int Stride { get; init; }

    /// <summary>Cut at the start: keep the end.</summary>
    public bool Left { get; init; }
}

/// <summary>Which text of a pair truncation cuts.</summary>
public enum TruncationStrategy
{
    LongestFirst,
    OnlyFirst,
    OnlySecond,
}

/// <summary>How a text is encoded.</summary>
public sealed record EncodeOptions
{
    /// <summary>The special tokens of the tokenizer's template around the text, such as [CLS] and [SEP].</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// Whether special tokens written out in the text, such as <c>&lt;|endoftext|&gt;</c>, become those tokens. Turn it off for text of
    /// users, who could otherwise forge them.
    /// </summary>
    public bool ParseSpecialTokens { get; init; } = true;

    internal static EncodeOptions Default { get; } = new();
}
