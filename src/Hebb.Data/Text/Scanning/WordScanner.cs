namespace Hebb.Data;

/// <summary>
/// A split pattern by hand: where the piece that starts at a place ends. The patterns it stands for match every character, so pieces
/// follow each other without gaps.
/// </summary>
internal abstract class WordScanner
{
    /// <summary>GPT-2's pattern.</summary>
    public const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private const string ContractionsAnyCase = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)";

    private const string Rest = @"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The pattern of cl100k (GPT-4) and Llama 3: numbers in groups of up to three digits.</summary>
    public const string Cl100kPattern = ContractionsAnyCase + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + Rest;

    /// <summary>Qwen's: digits one by one.</summary>
    public const string QwenPattern = ContractionsAnyCase + @"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + Rest;

    /// <summary>The pattern of o200k (GPT-4o): words cut where a capital follows a small letter.</summary>
    public const string O200kPattern =
        @"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+" + ContractionsAnyCase + "?"
        + @"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*" + ContractionsAnyCase + "?"
        + @"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>The scanner that does what a pattern does, or null.</summary>
    public static WordScanner? For(string pattern) => pattern switch
    {
        Gpt2Pattern => new Gpt2Scanner(),
        Cl100kPattern => new Cl100kScanner(digits: 3),
        QwenPattern => new Cl100kScanner(digits: 1),
        O200kPattern => new O200kScanner(),
        _ => null,
    };

    /// <summary>The end of the piece that starts at a place before the end of the text.</summary>
    public abstract int Next(ReadOnlySpan<char> text, int start);

    /// <summary>The end of the run of characters that have one of the traits.</summary>
    protected static int Run(ReadOnlySpan<char> text, int at, CharTraits traits)
    {
        while (at < text.Length && (CodePoints.TraitsAt(text, at, out int length) & traits) != 0) at += length;
        return at;
    }

    /// <summary>The end of the run of characters that are neither letters, numbers nor white space.</summary>
    protected static int RunOfSigns(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && IsSign(CodePoints.TraitsAt(text, at, out int length))) at += length;
        return at;
    }

    protected static bool IsSign(CharTraits traits) => (traits & (CharTraits.Letter | CharTraits.Number | CharTraits.Space)) == 0;

    /// <summary><c>\s+(?!\S)|\s+</c>: all of the white space at the end of the text, elsewhere all but its last character.</summary>
    protected static int Spaces(ReadOnlySpan<char> text, int start)
    {
        int end = Run(text, start, CharTraits.Space);
        return end == text.Length || end - start == 1 ? end : end - 1;
    }

    /// <summary><c>\s*[\r\n]+|\s+(?!\S)|\s+</c>: to the last line break of the white space where there is one.</summary>
    protected static int SpacesByLines(ReadOnlySpan<char> text, int start)
    {
        int end = Run(text, start, CharTraits.Space);
        int line = text[start..end].LastIndexOfAny('\r', '\n');
        if (line >= 0) return start + line + 1;
        return end == text.Length || end - start == 1 ? end : end - 1;
    }

    /// <summary>The length of an English contraction ('s 't 're 've 'm 'll 'd) at a place, in any case, or 0.</summary>
    protected static int ContractionAnyCase(ReadOnlySpan<char> text, int at)
    {
        if (at + 1 >= text.Length || text[at] != '\'') return 0;
        char first = text[at + 1];
        // U+017F folds to s.
        if ((first | 0x20) is 's' or 't' or 'm' or 'd' || first == '\u017F') return 2;
        if (at + 2 >= text.Length) return 0;
        return (first | 0x20, text[at + 2] | 0x20) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
