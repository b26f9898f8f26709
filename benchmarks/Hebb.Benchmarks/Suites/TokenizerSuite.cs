using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hebb.Data;

namespace Hebb.Benchmarks;

/// <summary>GPT-2's byte-level BPE on the articles of WikiText-2. One thread whatever <c>--threads</c> says: texts are spread over threads, a text is not.</summary>
internal sealed class TokenizerSuite : Suite
{
    private const string File = "vocab.bpe.gz";

    private const int Passes = 15;

    private static string Vocabulary => Path.GetFullPath(Path.Combine(Environment.GetEnvironmentVariable("HEBB_DATA") ?? "", "..", "models", "tokenizers", File));

    public override string Name => "tokenizer";

    public override string About => "GPT-2's tokenizer on the text of WikiText-2";

    public override string? Missing
    {
        get
        {
            if (!System.IO.File.Exists(Vocabulary)) return $"{File} of GPT-2 must lie in models/tokenizers beside HEBB_DATA";
            try
            {
                Catalog.Wikitext2();
                return null;
            }
            catch (DataException e)
            {
                return e.Message;
            }
        }
    }

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        new("gpt2 whole text", new Problem("tokenize"), [], _ => Side(byLine: false)),
        new("gpt2 line by line", new Problem("tokenize"), [], _ => Side(byLine: true)),
    ];

    public override IEnumerable<string> Notes()
    {
        var (texts, bytes) = Texts(byLine: false);
        foreach (bool byLine in (bool[])[false, true])
        {
            var side = Side(byLine);
            side.Call();
            double[] speeds = [.. Enumerable.Range(0, Passes).Select(_ => Speed(side, bytes)).Order()];
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{(byLine ? "line by line" : "whole text")}: {speeds[Passes / 2]:0.0} MB/s of UTF-8, median of {Passes} warm passes over {bytes / 1e6:0.00} MB on one thread ({speeds[0]:0.0} to {speeds[^1]:0.0})");
        }
    }

    private static double Speed(HebbSide side, long bytes)
    {
        long start = Stopwatch.GetTimestamp();
        side.Call();
        return bytes / 1e6 / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static HebbSide Side(bool byLine)
    {
        var tokenizer = Tokenizer.FromGpt2(Vocabulary);
        var (texts, _) = Texts(byLine);
        return new HebbSide(
            () =>
            {
                foreach (string text in texts) tokenizer.EncodeIds(text);
            },
            () => [Tensor.From([.. texts.SelectMany(t => tokenizer.EncodeIds(t))])]);
    }

    private static (string[] Texts, long Bytes) Texts(bool byLine)
    {
        var (validation, test) = Catalog.Wikitext2();
        string[] texts = [validation, test];
        return (byLine ? [.. texts.SelectMany(t => t.Split('\n'))] : texts, texts.Sum(t => (long)Encoding.UTF8.GetByteCount(t)));
    }
}
