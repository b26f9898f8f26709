using System.Globalization;

namespace Hebb.Data;

/// <summary>What a code point is, as the patterns of tokenizers ask it.</summary>
[Flags]
internal enum CharTraits : byte
{
    None = 0,

    /// <summary>\p{L}</summary>
    Letter = 1,

    /// <summary>\p{N}</summary>
    Number = 2,

    /// <summary>\s: the property White_Space.</summary>
    Space = 4,

    /// <summary>Lu, Lt, Lm, Lo, M: what may stand at the head of a capitalised word.</summary>
    Head = 8,

    /// <summary>Ll, Lm, Lo, M: what may stand in the tail of a word.</summary>
    Tail = 16,

    /// <summary>\r and \n.</summary>
    NewLine = 32,

    /// <summary>\p{P}</summary>
    Punctuation = 64,

    /// <summary>\p{Mn}</summary>
    NonSpacingMark = 128,
}

/// <summary>Code points of UTF-16 text and their properties, by the tables of the .NET runtime.</summary>
internal static class CodePoints
{
    private static readonly CharTraits[] s_plane0 = MakePlane0();

    /// <summary>The code point at a place and its length in chars, 1 or 2; half a surrogate pair stands for itself.</summary>
    public static int At(ReadOnlySpan<char> text, int at, out int length)
    {
        char c = text[at];
        if (char.IsHighSurrogate(c) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]))
        {
            length = 2;
            return char.ConvertToUtf32(c, text[at + 1]);
        }
        length = 1;
        return c;
    }

    /// <summary>The code point that ends before a place.</summary>
    public static int Before(ReadOnlySpan<char> text, int end, out int length)
    {
        if (end > 1 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]))
        {
            length = 2;
            return char.ConvertToUtf32(text[end - 2], text[end - 1]);
        }
        length = 1;
        return text[end - 1];
    }

    public static CharTraits TraitsAt(ReadOnlySpan<char> text, int at, out int length)
    {
        char c = text[at];
        if (!char.IsSurrogate(c))
        {
            length = 1;
            return s_plane0[c];
        }
        return Traits(At(text, at, out length));
    }

    public static CharTraits Traits(int code) => code < 0x10000 ? s_plane0[code] : Compute(code);

    public static bool IsSpace(int code) => (Traits(code) & CharTraits.Space) != 0;

    /// <summary>\w as Rust's regex has it: letters, marks, decimal and letter numbers, connectors, and what Other_Alphabetic adds.</summary>
    public static bool IsWord(int code)
    {
        if ((Traits(code) & CharTraits.Letter) != 0) return true;
        return CharUnicodeInfo.GetUnicodeCategory(code) switch
        {
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => true,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation => true,
            _ => code is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189),
        };
    }

    /// <summary>Punctuation as BERT has it: Unicode's, and every ASCII sign that is neither letter nor digit.</summary>
    public static bool IsBertPunctuation(int code) =>
        code is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126) || (Traits(code) & CharTraits.Punctuation) != 0;

    /// <summary>Ideographs that BERT sets apart: the CJK blocks, without Hangul and kana.</summary>
    public static bool IsIdeograph(int code) =>
        code is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F)
            or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    private static CharTraits[] MakePlane0()
    {
        var traits = new CharTraits[0x10000];
        for (int code = 0; code < traits.Length; code++) traits[code] = Compute(code);
        return traits;
    }

    private static CharTraits Compute(int code)
    {
        const CharTraits mark = CharTraits.Head | CharTraits.Tail;
        var traits = CharUnicodeInfo.GetUnicodeCategory(code) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => CharTraits.Letter | CharTraits.Head,
            UnicodeCategory.LowercaseLetter => CharTraits.Letter | CharTraits.Tail,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharTraits.Letter | mark,
            UnicodeCategory.NonSpacingMark => mark | CharTraits.NonSpacingMark,
            UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => mark,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharTraits.Number,
            UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation
                or UnicodeCategory.ClosePunctuation or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation
                or UnicodeCategory.OtherPunctuation => CharTraits.Punctuation,
            _ => CharTraits.None,
        };
        if (code is (>= 9 and <= 13) or 32 or 0x85 or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200A) or 0x2028 or 0x2029 or 0x202F or 0x205F or 0x3000)
            traits |= CharTraits.Space;
        return code is '\r' or '\n' ? traits | CharTraits.NewLine : traits;
    }
}
