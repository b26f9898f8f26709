namespace Hebb.Data.Tests;

public class TokenizerTrainingTests
{
    private static readonly string[] s_texts =
    [
        .. Enumerable.Range(0, 40).Select(i => $"The dog number {i} reads the text of the model, and the models read the dog's texts."),
        "Größe, naïve café; 日本語の文章 and an emoji 😀.",
        "low lower lowest newer newest wider widest low low lower new newer",
    ];

    [Fact]
    public void BpeFindsTheMostFrequentPairFirst()
    {
        // ab comes four times, bc three, then ab+c: by hand.
        var tokenizer = Tokenizer.TrainBpe(["abc abc abc", "ab"], new TokenizerTraining { VocabularySize = 262, MinFrequency = 2 });
        Assert.Equal(["ab", "abc", "Ġabc"], Enumerable.Range(256, 3).Select(id => tokenizer.Token(id)));
        Assert.Equal(259, tokenizer.VocabularySize);
        Assert.Equal([257, 258], tokenizer.EncodeIds("abc abc"));
    }

    [Fact]
    public void BpeLosesNothing()
    {
        var tokenizer = Tokenizer.TrainBpe(s_texts, new TokenizerTraining { VocabularySize = 300, SpecialTokens = ["<|end|>"] });
        Assert.Equal(0, tokenizer.Id("<|end|>"));
        Assert.Equal(300, tokenizer.VocabularySize);
        foreach (string text in (string[])[.. s_texts, "привет\u0000\r\n  x", "<|end|>"])
            Assert.Equal(text, tokenizer.Decode(tokenizer.EncodeIds(text), skipSpecialTokens: false));
        Assert.True(tokenizer.EncodeIds(s_texts[0]).Length < s_texts[0].Length / 3);
    }

    [Fact]
    public void WordPieceMarksWhatGoesOn()
    {
        var tokenizer = Tokenizer.TrainWordPiece(s_texts, new TokenizerTraining { VocabularySize = 200, Lowercase = true });
        Assert.Equal(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], Enumerable.Range(0, 5).Select(id => tokenizer.Token(id)));
        Assert.NotNull(tokenizer.Id("the"));
        Assert.Contains(Enumerable.Range(0, tokenizer.VocabularySize), id => tokenizer.Token(id)!.StartsWith("##", StringComparison.Ordinal) && tokenizer.Token(id)!.Length > 3);
        var encoding = tokenizer.Encode("THE DOG");
        Assert.Equal(tokenizer.Id("[CLS]"), encoding.Ids[0]);
        Assert.Equal(tokenizer.Id("[SEP]"), encoding.Ids[^1]);
        Assert.Equal("the dog", tokenizer.Decode(encoding.Ids));
        Assert.Contains(1, tokenizer.EncodeIds("привет"));
    }

    [Fact]
    public void UnigramCutsAtFrequentPieces()
    {
        var tokenizer = Tokenizer.TrainUnigram(s_texts, new TokenizerTraining { VocabularySize = 120 });
        Assert.InRange(tokenizer.VocabularySize, 60, 120);
        Assert.NotNull(tokenizer.Id("\u2581the"));
        Assert.Equal(s_texts[0], tokenizer.Decode(tokenizer.EncodeIds(s_texts[0])));
        Assert.True(tokenizer.EncodeIds(s_texts[0]).Length < s_texts[0].Length / 2);
        Assert.Contains(0, tokenizer.EncodeIds("привет"));
    }

    [Fact]
    public void ExpectedCountsAreThoseOfEveryCut()
    {
        // Two ways to cut "ab": [ab] with 0.5, [a, b] with 0.3 x 0.2.
        var lattice = new PieceLattice([("a", Math.Log(0.3)), ("b", Math.Log(0.2)), ("ab", Math.Log(0.5))]);
        var expected = new double[3];
        lattice.AddExpected("ab", 7, expected);
        Assert.Equal(7 * 0.06 / 0.56, expected[0], 1e-12);
        Assert.Equal(7 * 0.06 / 0.56, expected[1], 1e-12);
        Assert.Equal(7 * 0.5 / 0.56, expected[2], 1e-12);
        Assert.Equal([2], lattice.Best("ab", without: -1));
        Assert.Equal([0, 1], lattice.Best("ab", without: 2));
    }

    [Fact]
    public void TheSameTextsGiveTheSameFile()
    {
        var options = new TokenizerTraining { VocabularySize = 300 };
        foreach (var train in (Func<IEnumerable<string>, TokenizerTraining?, Tokenizer>[])[Tokenizer.TrainBpe, Tokenizer.TrainWordPiece, Tokenizer.TrainUnigram])
        {
            var first = train(s_texts, options);
            Assert.Equal(first.ToJson(), train(s_texts, options).ToJson());
            var loaded = Tokenizer.FromJson(first.ToJson());
            foreach (string text in s_texts) Assert.Equal(first.Encode(text).Ids, loaded.Encode(text).Ids);
        }
    }

    [Fact]
    public void WhatCannotBeTrainedIsOneLine()
    {
        Assert.Equal("Train: the texts have no words", Assert.Throws<DataException>(() => Tokenizer.TrainBpe([" ".Trim()])).Message);
        Assert.Contains("is too small", Assert.Throws<DataException>(() => Tokenizer.TrainBpe(s_texts, new TokenizerTraining { VocabularySize = 100 })).Message);
        Assert.Contains("is too small", Assert.Throws<DataException>(() => Tokenizer.TrainUnigram(s_texts, new TokenizerTraining { VocabularySize = 10 })).Message);
        Assert.Contains("must differ", Assert.Throws<DataException>(() => Tokenizer.TrainBpe(s_texts, new TokenizerTraining { SpecialTokens = ["a", "a"] })).Message);
    }
}
