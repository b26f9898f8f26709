using System.Text.Json;

namespace Hebb.Training.Tests;

/// <summary>Figures of texts by hand and against plain definitions.</summary>
public class TextMetricTests
{
    [Fact]
    public void BleuOfThePapersExample()
    {
        // Papineni et al. 2002, example 2: clipped to 2 of 7.
        var bleu = new Bleu(1, BleuSmoothing.None, TextTokens.Words);
        bleu.Update("the the the the the the the", "The cat is on the mat".ToLowerInvariant(), "there is a cat on the mat");
        Assert.Equal(2.0 / 7, bleu.Value, 1e-15);
        Assert.Equal(1, bleu.BrevityPenalty);
    }

    [Fact]
    public void BleuSmoothsAndPenalisesShortTexts()
    {
        // 5 tokens against 7; 4 of 5 words, 3 of 4 pairs, 2 of 3 triples, 1 of 2.
        (string text, string reference) = ("a b c d x", "a b c d e f g");
        var bleu = new Bleu(tokens: TextTokens.Words);
        bleu.Update(text, reference);
        Assert.Equal(Math.Exp(1 - 7.0 / 5) * Math.Pow(4.0 / 5 * 3 / 4 * 2 / 3 * 1 / 2, 0.25), bleu.Value, 1e-14);
        // 2 of 4 words, 1 of 3 pairs, none of 2 triples, none of 1: these count 1/2 and 1/4.
        foreach (var (smoothing, expected) in new[]
        {
            (BleuSmoothing.None, 0), (BleuSmoothing.Exponential, Math.Pow(2.0 / 4 * 1 / 3 * (0.5 / 2) * (0.25 / 1), 0.25)),
            (BleuSmoothing.Floor, Math.Pow(2.0 / 4 * 1 / 3 * (0.1 / 2) * (0.1 / 1), 0.25)), (BleuSmoothing.AddOne, Math.Pow(2.0 / 4 * 2 / 4 * (1.0 / 3) * (1.0 / 2), 0.25)),
        })
        {
            var smooth = new Bleu(smoothing: smoothing, tokens: TextTokens.Words);
            smooth.Update("a b x y", "a b c d");
            Assert.Equal(expected, smooth.Value, 1e-14);
        }
        var none = new Bleu();
        none.Update("x", "a b c d e");
        Assert.Equal(0, none.Value);
    }

    [Fact]
    public void SmoothingsAndChrfAreTheirs()
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "texts.json")));
        int checkedFigures = 0;
        foreach (var test in golden.RootElement.EnumerateArray())
        {
            void Same(string name, Bleu metric) => Compare(name, metric, (t, r) => metric.Update(t, r));
            void Close(string name, Chrf metric) => Compare(name, metric, (t, r) => metric.Update(t, r));
            void Compare(string name, Metric metric, Action<string, string> update)
            {
                if (test.GetProperty(name) is not { ValueKind: JsonValueKind.Number } expected)
                    return;
                foreach (var pair in test.GetProperty("texts").EnumerateArray())
                    update(pair[0].GetString()!, pair[1].GetString()!);
                Assert.Equal(expected.GetDouble(), metric.Value, 1e-12);
                checkedFigures++;
            }
            Same("none", new Bleu(smoothing: BleuSmoothing.None, tokens: TextTokens.Words));
            Same("floor", new Bleu(smoothing: BleuSmoothing.Floor, tokens: TextTokens.Words));
            Same("add_one", new Bleu(smoothing: BleuSmoothing.AddOne, tokens: TextTokens.Words));
            Same("exponential", new Bleu(tokens: TextTokens.Words));
            Close("chrf", new Chrf());
            Close("chrf_2", new Chrf(words: 2));
            Close("chrf_short", new Chrf(3, 1, 1));
        }
        Assert.Equal(43, checkedFigures);
    }

    [Theory]
    [InlineData("Hello, world!", "Hello , world !")]
    [InlineData("It's 3.5 or 1,000 -- e.g. 5-6", "It's 3.5 or 1,000 -- e . g . 5 - 6")]
    [InlineData("a &quot;b&quot; &amp; c", "a \" b \" & c")]
    public void MtevalTokens(string text, string expected) => Assert.Equal(expected.Split(' '), TextTokens.Mteval13a(text));

    [Fact]
    public void RougeByHand()
    {
        // Lin 2004, section 3: S1 police killed the gunman; S2 police kill the gunman; S3 the gunman kill police.
        foreach (var (text, l, two) in new[] { ("police kill the gunman", 3.0 / 4, 1.0 / 3), ("the gunman kill police", 2.0 / 4, 1.0 / 3) })
        {
            var (rougeL, rouge2) = (new RougeL(), new Rouge(2));
            rougeL.Update(text, "Police killed the gunman.");
            rouge2.Update(text, "police killed the gunman");
            Assert.Equal(l, rougeL.Value, 1e-15);
            Assert.Equal(two, rouge2.Value, 1e-15);
        }
        // The same, section 3.2: union of w1 w2 and w1 w3 w5 covers 4 of 5.
        var sum = new RougeLsum(TextTokens.Words);
        sum.Update("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5");
        Assert.Equal((4.0 / 5, 4.0 / 10), (sum.Recall, sum.Precision));
        var best = new Rouge(1);
        best.Update("a b", "x y", "a b c d");
        Assert.Equal((1.0, 0.5, 2.0 / 3), (best.Precision, best.Recall, best.Value));
    }

    [Fact]
    public void EditsByHand()
    {
        var (wer, cer, edits) = (new WordErrorRate(), new CharErrorRate(), new EditDistance());
        wer.Update("the cat sat mat on", "the cat sat on the mat");
        Assert.Equal((4L, 0L, 2L, 1L), (wer.Kept, wer.Substituted, wer.Deleted, wer.Inserted));
        Assert.Equal(3.0 / 6, wer.Value);
        cer.Update("sitting", "kitten");
        edits.Update("sitting", "kitten");
        Assert.Equal((3.0 / 6, 3.0), (cer.Value, edits.Value));
        var (mer, lost) = (new MatchErrorRate(), new WordInfoLost());
        mer.Update("the cat sat mat on", "the cat sat on the mat");
        lost.Update("the cat sat mat on", "the cat sat on the mat");
        Assert.Equal(3.0 / 7, mer.Value, 1e-15);
        Assert.Equal(1 - 4.0 / 6 * 4 / 5, lost.Value, 1e-15);
        // Characters beyond 16 bits count once.
        var emoji = new EditDistance();
        emoji.Update("a😀", "a😁");
        Assert.Equal(1, emoji.Value);
    }

    [Fact]
    public void EditsAreTheFewest()
    {
        var random = new Random(2);
        for (int trial = 0; trial < 200; trial++)
        {
            string text = Text(random), reference = Text(random);
            var edits = new EditDistance();
            edits.Update(text, reference);
            Assert.Equal(Fewest(text, reference), edits.Value);
            Assert.Equal((text.Length, reference.Length), (edits.Kept + edits.Substituted + edits.Inserted, edits.Kept + edits.Substituted + edits.Deleted));
        }

        static string Text(Random random) => new([.. Enumerable.Range(0, random.Next(7)).Select(_ => (char)('a' + random.Next(3)))]);

        static int Fewest(string a, string b) => a.Length == 0 || b.Length == 0 ? a.Length + b.Length
            : Math.Min(Fewest(a[1..], b[1..]) + (a[0] == b[0] ? 0 : 1), 1 + Math.Min(Fewest(a[1..], b), Fewest(a, b[1..])));
    }

    [Fact]
    public void ChrfByHand()
    {
        // Characters a b c d and a b c e: 3/4, 2/3 and 1/2; no run of 4 in common of 1. Six lengths, but two are longer than the texts.
        var chrf = new Chrf();
        chrf.Update("ab cd", "abc e");
        Assert.Equal((3.0 / 4 + 2.0 / 3 + 1.0 / 2 + 0) / 4, chrf.Value, 1e-14);
        // Recall weighs four times: 2 of 2 and 2 of 4 characters, 1 of 1 and 1 of 3 pairs.
        var recall = new Chrf(2);
        recall.Update("ab", "abxx");
        double precision = 1, share = (0.5 + 1.0 / 3) / 2;
        Assert.Equal(5 * precision * share / (4 * precision + share), recall.Value, 1e-14);
        var words = new Chrf(1, 1);
        words.Update("a, b", "a b");
        Assert.Equal(5 * ((2.0 / 3 + 2.0 / 3) / 2) * 1 / (4 * (2.0 / 3) + 1), words.Value, 1e-14);
        Assert.Throws<HebbException>(() => chrf.Update(Tensor.Zeros([1]), Tensor.Zeros([1])));
    }

    [Fact]
    public void TokenNumbersWithoutPadding()
    {
        var wer = new WordErrorRate();
        wer.Update(Tensor.From<long>([1, 2, 3, -100, 5, 5, -100, -100], [2, 4]), Tensor.From<int>([1, 2, 4, 5, -100, -100], [2, 3]));
        Assert.Equal(2.0 / 4, wer.Value);
        // Scores [1, 3, 2]: the highest are tokens 2 and 0.
        var scored = new WordErrorRate();
        scored.Update(Tensor.From<float>([0, 5, 1, 0, 2, 1], [1, 3, 2]), Tensor.From<long>([2, 0], [1, 2]));
        Assert.Equal(0, scored.Value);
        Assert.Throws<ShapeException>(() => wer.Update(Tensor.Zeros([2, 2]), Tensor.From<long>([1, 2], [2, 1])));
        Assert.Throws<DataException>(() => wer.Update("a"));
    }
}
