using System.Text;

namespace Hebb.Data.Tests;

/// <summary>The scanners by hand against the patterns that they stand for.</summary>
public class WordScannerTests
{
    private static readonly string[] s_parts =
    [
        "a", "B", "é", "ß", "ʰ", "ª", "漢", "\u0301", "\u0903", "ǅ", "𝐀", "𐐨", "😀", "1", "23", "٤", "Ⅳ", "½", " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u3000",
        "'", "'s", "'S", "'ll", "'Re", "'ſ", "ſ", ".", "!!", "/", "-", "_", "\u0000", "\uD800", "\uDC00", "word", "Word", "WORD",
    ];

    public static TheoryData<string> Patterns => [WordScanner.Gpt2Pattern, WordScanner.Cl100kPattern, WordScanner.QwenPattern, WordScanner.O200kPattern];

    [Theory]
    [MemberData(nameof(Patterns))]
    public void ScannersCutWherePatternsDo(string pattern)
    {
        var scanner = WordScanner.For(pattern)!;
        var regex = new TextPattern(pattern);
        var random = new Random(5);
        for (int i = 0; i < 3000; i++)
        {
            var text = new StringBuilder();
            for (int n = random.Next(1, 14); n > 0; n--) text.Append(s_parts[random.Next(s_parts.Length)]);
            string s = text.ToString();
            for (int at = 0; at < s.Length;)
            {
                int end = scanner.Next(s, at);
                Assert.True(regex.Find(s, at, out int start, out int expected));
                Assert.True((start, expected) == (at, end), $"\"{s}\" at {at}: {start}..{expected} by the pattern, ..{end} by hand");
                at = end;
            }
        }
    }

    [Fact]
    public void OtherPatternsHaveNoScanner() => Assert.Null(WordScanner.For(@"\w+"));
}
