namespace Hebb.Data;

/// <summary><see cref="WordScanner.Cl100kPattern"/>, or <see cref="WordScanner.QwenPattern"/>, by hand.</summary>
/// <param name="digits">The most digits of a number in one piece.</param>
internal sealed class Cl100kScanner(int digits) : WordScanner
{
    public override int Next(ReadOnlySpan<char> text, int start)
    {
        int contraction = ContractionAnyCase(text, start);
        if (contraction > 0) return start + contraction;
        var traits = CodePoints.TraitsAt(text, start, out int length);
        int next = start + length;
        if ((traits & CharTraits.Letter) != 0) return Run(text, next, CharTraits.Letter);
        if ((traits & CharTraits.Number) != 0) return Numbers(text, next);
        var following = next < text.Length ? CodePoints.TraitsAt(text, next, out length) : CharTraits.Space;
        // One character of any other kind, but no line break, goes with the word that it precedes.
        if ((following & CharTraits.Letter) != 0 && (traits & CharTraits.NewLine) == 0) return Run(text, next + length, CharTraits.Letter);
        if (IsSign(traits)) return Run(text, RunOfSigns(text, next), CharTraits.NewLine);
        if (text[start] == ' ' && IsSign(following)) return Run(text, RunOfSigns(text, next + length), CharTraits.NewLine);
        return SpacesByLines(text, start);
    }

    private int Numbers(ReadOnlySpan<char> text, int at)
    {
        for (int i = 1; i < digits && at < text.Length && (CodePoints.TraitsAt(text, at, out int length) & CharTraits.Number) != 0; i++) at += length;
        return at;
    }
}
