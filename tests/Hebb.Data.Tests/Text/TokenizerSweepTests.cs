using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Published tokenizers on 10,000 random strings each, against the ids of others' libraries (Golden/make_tokenizer_sweep.cjs).</summary>
public class TokenizerSweepTests
{
    private static readonly int[] s_ranges =
    [
        0x20, 0x7e, 0x20, 0x7e, 0x20, 0x7e, 0xa0, 0x24f, 0x300, 0x36f, 0x3a3, 0x3ff, 0x400, 0x4ff, 0x5d0, 0x5ea, 0x620, 0x64a, 0x904, 0x939, 0xe01, 0xe30, 0x1100, 0x1112, 0xac00, 0xd7a3, 0x3041, 0x3096,
        0x4e00, 0x9fa5, 0x2010, 0x2027, 0x2190, 0x21ff, 0x2460, 0x24ff, 0xfb00, 0xfb06, 0xff01, 0xff5e, 0x1e00, 0x1eff, 0x1f300, 0x1f5ff, 0x1d400, 0x1d454, 0x10280, 0x1029c, 0x20000, 0x20fff, 9, 13,
    ];

    private static readonly string[] s_words =
    [
        "the", "The", "THE", "don't", "I'LL", "we've", "'s", "'RE", "\u017f", "'\u017f", "hello", "world", "Straße", "ÅNGSTRÖM", "İstanbul", "naïve", "café", "e\u0301", "  ", "   ", "\n", "\r\n", "\t", " \n ", "\n\n\n", " ",
        "1234567", "42", "3.14", "x=1;", "//", "\n/", "...", "!!!", "—", "日本語", "中文字符", "한국어", "नमस्ते", "สวัสดี", "👩‍👩‍👧‍👦", "🇩🇪", "😀", "ﬁ", "①", "㎏", "\u00a0", "\u3000", "\u200b", "\u0085", "\u2028", "camelCase", "HTTPServer", "snake_case",
    ];

    [Theory]
    [InlineData("gpt2", "gpt2.json.gz", true)]
    [InlineData("gpt2", "vocab.bpe.gz", true)]
    [InlineData("cl100k", "cl100k_base.json.gz", true)]
    [InlineData("o200k", "o200k_base.json.gz", true)]
    [InlineData("qwen3", "qwen3.tokenizer.json.gz", false)]
    [InlineData("bert", "bert-vocab.json.gz", false)]
    [InlineData("llama2", "llama2.model", true)]
    public void TenThousandStringsAgree(string name, string file, bool lossless)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1", "10,000 strings each: runs with ./test --all");
        string? folder = Environment.GetEnvironmentVariable("HEBB_DATA");
        string path = Path.Combine(folder ?? "", "..", "models", "tokenizers", file);
        Assert.SkipUnless(folder is not null && File.Exists(path), $"{file} is not in models/tokenizers beside HEBB_DATA");
        string[] expected = Resource.Lines("tokenizer-sweep.txt").First(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1..];
        var tokenizer = Tokenizer.Load(path);
        ulong state = 20;
        for (int block = 0; block < 100; block++)
        {
            ulong hash = 0xcbf29ce484222325;
            for (int i = block * 100; i < block * 100 + 100; i++)
            {
                string text = Make(i, ref state);
                var ids = tokenizer.EncodeIds(text);
                foreach (int id in (int[])[.. ids, -1]) hash = (hash ^ (uint)id) * 0x100000001b3;
                if (lossless) Assert.Equal(text, tokenizer.Decode(ids));
            }
            Assert.True(expected[block] == hash.ToString("x16"), $"{name}: strings {block * 100} to {block * 100 + 99}: other ids");
        }
    }

    private static string Make(int index, ref ulong state)
    {
        var text = new StringBuilder();
        for (int n = index % 50 == 0 ? Next(300, ref state) : 1 + Next(20, ref state); n > 0; n--)
        {
            if (Next(100, ref state) < 45)
            {
                text.Append(s_words[Next(s_words.Length, ref state)]).Append(Next(2, ref state) == 1 ? " " : "");
                continue;
            }
            int range = 2 * Next(s_ranges.Length / 2, ref state), first = s_ranges[range], last = s_ranges[range + 1];
            for (int m = 1 + Next(6, ref state); m > 0; m--) text.Append(char.ConvertFromUtf32(first + Next(last - first + 1, ref state)));
        }
        return text.ToString();
    }

    private static int Next(int count, ref ulong state)
    {
        state = state * 6364136223846793005 + 1442695040888963407;
        return (int)((state >> 33) % (ulong)count);
    }
}
