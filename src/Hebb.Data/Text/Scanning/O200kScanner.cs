namespace Hebb.Data;

/// <summary><see cref="WordScanner.O200kPattern"/> by hand.</summary>
internal sealed class O200kScanner : WordScanner
{
    public override int Next(ReadOnlySpan<char> text, int start)
    {
        var traits = CodePoints.TraitsAt(text, start, out int length);
        int next = start + length;
        bool prefixes = (traits & (CharTraits.Letter | CharTraits.Number | CharTraits.NewLine)) == 0;
        int word = prefixes ? EndsSmall(text, next) : -1;
        if (word < 0) word = EndsSmall(text, start);
        if (word < 0 && prefixes) word = StartsLarge(text, next);
        if (word < 0) word = StartsLarge(text, start);
        if (word >= 0) return word + ContractionAnyCase(text, word);

        if ((traits & CharTraits.Number) != 0)
        {
            for (int i = 1; i < 3 && next < text.Length && (CodePoints.TraitsAt(text, next, out length) & CharTraits.Number) != 0; i++) next += length;
            return next;
        }
        if (IsSign(traits)) return Trailing(text, RunOfSigns(text, next));
        if (text[start] == ' ' && next < text.Length && IsSign(CodePoints.TraitsAt(text, next, out length))) return Trailing(text, RunOfSigns(text, next + length));
        return SpacesByLines(text, start);
    }

    /// <summary><c>Head* Tail+</c> at a place: its end, or -1.</summary>
    private static int EndsSmall(ReadOnlySpan<char> text, int start)
    {
        int heads = start, lastTail = -1; // where the last of the heads that is a tail too ends
        while (heads < text.Length)
        {
            var traits = CodePoints.TraitsAt(text, heads, out int length);
            if ((traits & CharTraits.Head) == 0) break;
            heads += length;
            if ((traits & CharTraits.Tail) != 0) lastTail = heads;
        }
        int tails = Run(text, heads, CharTraits.Tail);
        return tails > heads ? tails : lastTail;
    }

    /// <summary><c>Head+ Tail*</c> at a place: its end, or -1.</summary>
    private static int StartsLarge(ReadOnlySpan<char> text, int start)
    {
        int heads = Run(text, start, CharTraits.Head);
        return heads == start ? -1 : Run(text, heads, CharTraits.Tail);
    }

    private static int Trailing(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && text[at] is '\r' or '\n' or '/') at++;
        return at;
    }
}
