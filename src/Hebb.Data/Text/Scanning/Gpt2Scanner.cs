namespace Hebb.Data;

/// <summary><see cref="WordScanner.Gpt2Pattern"/> by hand.</summary>
internal sealed class Gpt2Scanner : WordScanner
{
    public override int Next(ReadOnlySpan<char> text, int start)
    {
        char c = text[start];
        if (c == '\'' && Contraction(text[start..]) is > 0 and var length) return start + length;
        int at = c == ' ' && start + 1 < text.Length ? start + 1 : start;
        var traits = CodePoints.TraitsAt(text, at, out length);
        if ((traits & CharTraits.Letter) != 0) return Run(text, at + length, CharTraits.Letter);
        if ((traits & CharTraits.Number) != 0) return Run(text, at + length, CharTraits.Number);
        return (traits & CharTraits.Space) != 0 ? Spaces(text, start) : RunOfSigns(text, at + length);
    }

    private static int Contraction(ReadOnlySpan<char> text)
    {
        if (text.Length < 2) return 0;
        if (text[1] is 's' or 't' or 'm' or 'd') return 2;
        return text.Length > 2 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
