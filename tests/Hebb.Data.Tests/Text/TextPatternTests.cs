namespace Hebb.Data.Tests;

public class TextPatternTests
{
    [Theory]
    [InlineData("a|ab", "xab", 1, 2)]
    [InlineData("a+?b", "aaab", 0, 4)]
    [InlineData("a{2,3}", "aaaa", 0, 3)]
    [InlineData("a{2}?", "aaaa", 0, 2)]
    [InlineData("(?:ab)+", "xababa", 1, 5)]
    [InlineData("(?i:straße)", "STRAßE", 0, 6)]
    [InlineData("(?i)k", "\u212A", 0, 1)]
    [InlineData("[^a-c]", "abcd", 3, 4)]
    [InlineData(@"[\d\-x]+", "a1-x", 1, 4)]
    [InlineData(@"\p{Lu}\p{^Lu}", "aAb", 1, 3)]
    [InlineData(@"\P{L}", "a1", 1, 2)]
    [InlineData(@"\p{Han}+", "a漢字", 1, 3)]
    [InlineData(@"(?<!\S)b", "ab b", 3, 4)]
    [InlineData(@"(?<=\d)a", "a1a", 2, 3)]
    [InlineData(@"a(?!b)", "aba", 2, 3)]
    [InlineData(@"(?>a*)a|b", "aab", 2, 3)]
    [InlineData(@"a++b", "aab", 0, 3)]
    [InlineData(@"^ +| +$", "a  ", 1, 3)]
    [InlineData(@"\u{1F600}|\x41|\u0042", "😀", 0, 2)]
    [InlineData(@".", "\n😀", 1, 3)]
    [InlineData(@"[[:]]|[\[\]]", "]", 0, 1)]
    public void Finds(string pattern, string text, int start, int end)
    {
        if (pattern.StartsWith("[[:", StringComparison.Ordinal))
        {
            Assert.Throws<FormatException>(() => new TextPattern(pattern));
            return;
        }
        Assert.True(new TextPattern(pattern).Find(text, 0, out int from, out int to));
        Assert.Equal((start, end), (from, to));
    }

    [Theory]
    [InlineData("(a", "missing )")]
    [InlineData("a)", "unmatched )")]
    [InlineData("[a", "missing ]")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData(@"\q", @"\q is not supported")]
    [InlineData(@"\p{Klingon}", "the property Klingon is not supported")]
    [InlineData("(?<=ab)c", "look-behind is supported for one character only")]
    [InlineData("(a*)*", "repeats what may be empty")]
    [InlineData("(?<name>a)", "this kind of group is not supported")]
    [InlineData("a{3,2}", "counts must be in order and at most 1000")]
    [InlineData("((a{1000}){1000}){1000}", "is too large")]
    public void WhatIsNotSupportedIsOneLine(string pattern, string message)
    {
        var error = Assert.Throws<FormatException>(() => new TextPattern(pattern));
        Assert.Contains(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void NoPatternTakesExponentialTime()
    {
        var pattern = new TextPattern("(?:a|a|aa)+b");
        Assert.False(pattern.Find(new string('a', 300), 0, out _, out _));
    }
}
