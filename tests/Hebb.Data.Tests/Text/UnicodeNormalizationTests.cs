using System.Security.Cryptography;
using System.Text;

namespace Hebb.Data.Tests;

public class UnicodeNormalizationTests
{
    [Theory]
    [InlineData("e\u0301", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("한", "한", "\u1112\u1161\u11AB", "한", "\u1112\u1161\u11AB")]
    [InlineData("\u1112\u1161\u11AB", "한", "\u1112\u1161\u11AB", "한", "\u1112\u1161\u11AB")]
    [InlineData("ﬁ①㎏", "ﬁ①㎏", "ﬁ①㎏", "fi1kg", "fi1kg")]
    [InlineData("a\u0323\u0307", "ạ\u0307", "a\u0323\u0307", "ạ\u0307", "a\u0323\u0307")]
    [InlineData("a\u0307\u0323", "ạ\u0307", "a\u0323\u0307", "ạ\u0307", "a\u0323\u0307")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("\u0958", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u09C7\u09BE", "\u09CB", "\u09C7\u09BE", "\u09CB", "\u09C7\u09BE")]
    [InlineData("Å", "Å", "A\u030A", "Å", "A\u030A")]
    [InlineData("𝐀\U0001D15E", "𝐀\U0001D157\U0001D165", "𝐀\U0001D157\U0001D165", "A\U0001D157\U0001D165", "A\U0001D157\U0001D165")]
    [InlineData("\uD800x\u0301", "\uD800x\u0301", "\uD800x\u0301", "\uD800x\u0301", "\uD800x\u0301")]
    public void KnownForms(string text, string nfc, string nfd, string nfkc, string nfkd)
    {
        Assert.Equal(nfc, Apply(text, UnicodeForm.Nfc));
        Assert.Equal(nfd, Apply(text, UnicodeForm.Nfd));
        Assert.Equal(nfkc, Apply(text, UnicodeForm.Nfkc));
        Assert.Equal(nfkd, Apply(text, UnicodeForm.Nfkd));
    }

    /// <summary>
    /// Every character of the ranges with decompositions, between two letters; the hashes are those of Python's unicodedata (14.0):
    /// sha256("\n".join(normalize(form, "A" + chr(c) + "a") for c in …).encode()).
    /// </summary>
    [Theory]
    [InlineData("NFC", "b0898d73ac2b6031a905b10df93ffb4a5776c689b39e75765acc54acebc9dbdc")]
    [InlineData("NFD", "2064804c005743d58f0bd701db12f634928682c0302aea0b749fb63171b7111a")]
    [InlineData("NFKC", "76a4cf76b337b3dcb3fd14bab6e651f12988a8bff98f417e31b50560d1a6f990")]
    [InlineData("NFKD", "ddb4e3113c7569fa6a90c51da31f25a208c1a1da9b06d3976d9e4e8a64428958")]
    public void EveryCharacterHasItsForm(string form, string sha256)
    {
        (int First, int Last)[] ranges = [(0xA0, 0x33FF), (0xA000, 0xD7A3), (0xF900, 0xFFFD), (0x11000, 0x11FFF), (0x1D000, 0x1D7FF), (0x1F100, 0x1F2FF), (0x2F800, 0x2FA1F)];
        var lines = ranges.SelectMany(r => Enumerable.Range(r.First, r.Last - r.First + 1)).Select(c => Apply($"A{char.ConvertFromUtf32(c)}a", Enum.Parse<UnicodeForm>(form, ignoreCase: true)));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines)))));
    }

    [Fact]
    public void PlacesPointToTheOriginal()
    {
        var text = UnicodeNormalization.Apply(new AlignedText("xe\u0301ﬁy"), UnicodeForm.Nfkc);
        Assert.Equal("xéfiy", text.Text);
        Assert.Equal((1, 3), text.Range(1, 2));
        Assert.Equal((3, 4), text.Range(2, 3));
        Assert.Equal((3, 4), text.Range(2, 4));
        Assert.Equal((4, 5), text.Range(4, 5));
    }

    [Fact]
    public void WhatNeedsNoChangeIsTheSameObject()
    {
        var text = new AlignedText("Straße, naïve 漢字");
        Assert.Same(text, UnicodeNormalization.Apply(text, UnicodeForm.Nfc));
    }

    private static string Apply(string text, UnicodeForm form) => UnicodeNormalization.Apply(new AlignedText(text), form).Text;
}
