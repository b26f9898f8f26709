using System.Text;
using System.Text.RegularExpressions;

namespace Hebb;

/// <summary>Ways to cut text into the tokens that text metrics compare.</summary>
public static partial class TextTokens
{
    /// <summary>At white space.</summary>
    public static IReadOnlyList<string> Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Every Unicode scalar value.</summary>
    public static IReadOnlyList<string> Characters(string text)
    {
        var tokens = new List<string>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            tokens.Add(rune.ToString());
        return tokens;
    }

    /// <summary>Runs of a-z and 0-9 of the text in lower case, as the common ROUGE programs do.</summary>
    public static IReadOnlyList<string> Alphanumeric(string text) => [.. AlphanumericRun().Matches(text.ToLowerInvariant()).Select(m => m.Value)];

    /// <summary>As the script mteval-v13a of the machine translation workshops, the standard of BLEU figures: punctuation stands apart, but not within numbers.</summary>
    public static IReadOnlyList<string> Mteval13a(string text)
    {
        var line = new StringBuilder(text).Replace("<skipped>", "").Replace("-\n", "").Replace('\n', ' ')
            .Replace("&quot;", "\"").Replace("&amp;", "&").Replace("&lt;", "<").Replace("&gt;", ">").ToString();
        line = Punctuation().Replace($" {line} ", " $1 ");
        line = NotAfterDigit().Replace(line, "$1 $2 ");
        line = NotBeforeDigit().Replace(line, " $1 $2");
        return Words(DashAfterDigit().Replace(line, "$1 $2 "));
    }

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex AlphanumericRun();

    [GeneratedRegex(@"([\{-\~\[-\` -\&\(-\+\:-\@\/])")]
    private static partial Regex Punctuation();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex NotAfterDigit();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex NotBeforeDigit();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex DashAfterDigit();
}
