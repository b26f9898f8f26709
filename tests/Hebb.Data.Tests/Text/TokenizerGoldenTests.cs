using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hebb.Data.Tests;

/// <summary>Small tokenizers in many combinations of parts, against Hugging Face's own library.</summary>
public class TokenizerGoldenTests
{
    private static readonly (string[] Texts, Dictionary<string, JsonObject> Cases) s_golden = Read();

    public static TheoryData<string> Names => [.. s_golden.Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void IdsOffsetsWordsAndTextAgree(string name) => Check(name, Tokenizer.FromJson(Json(name)));

    [Theory]
    [MemberData(nameof(Names))]
    public void WhatIsSavedIsTheSame(string name) => Check(name, Tokenizer.FromJson(Tokenizer.FromJson(Json(name)).ToJson()));

    [Fact]
    public void BatchesAreWhatSingleTextsAre()
    {
        var tokenizer = Tokenizer.FromJson(Json("bert"));
        var batch = tokenizer.EncodeBatch(s_golden.Texts);
        for (int i = 0; i < batch.Length; i++) Assert.Equal(tokenizer.Encode(s_golden.Texts[i]).Ids, batch[i].Ids);

        string[] texts = ["the dog", "the quick brown fox", ""];
        TokenBatch tensors = tokenizer.EncodeTensors(texts);
        int length = texts.Max(t => tokenizer.Encode(t).Count);
        Assert.Equal($"[3, {length}]", tensors.Ids.Shape.ToString());
        var first = tokenizer.Encode(texts[0]);
        Assert.Equal(first.Ids.Select(id => (long)id).Concat(Enumerable.Repeat(0L, length - first.Count)), tensors.Ids.AsSpan<long>()[..length].ToArray());
        Assert.Equal(first.Count, tensors.AttentionMask.AsSpan<long>()[..length].ToArray().Sum());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void WindowsOverlapByTheStrideAndLoseNothing(bool left)
    {
        var tokenizer = Tokenizer.FromJson(Json("bert"));
        string text = "the dog and the fox read the text of the model";
        int[] whole = tokenizer.EncodeIds(text);
        var cut = new Tokenizer(tokenizer) { Truncation = new TokenTruncation(6) { Stride = 1, Left = left }, Padding = new TokenPadding(0, "[PAD]") };
        var first = cut.Encode(text);
        var windows = first.Overflow.Prepend(first).Select(w => w.Ids[1..(w.AttentionMask.Count(m => m) - 1)]).ToArray();
        Assert.All(first.Overflow.Prepend(first), w => Assert.Equal(6, w.Count));
        if (left) Array.Reverse(windows);
        for (int i = 1; i < windows.Length; i++) Assert.Equal(windows[i - 1][^1], windows[i][0]);
        Assert.Equal(whole, windows.SelectMany((w, i) => i == 0 ? w : w[1..]));

        var (a, b) = ("the dog and the fox read", "the text of the model");
        int Count(TruncationStrategy strategy, int max, int sequence) =>
            new Tokenizer(tokenizer) { Truncation = new TokenTruncation(max) { Strategy = strategy } }.Encode(a, b).Sequences.Count(s => s == sequence);
        int n = tokenizer.EncodeIds(a).Length, m = tokenizer.EncodeIds(b).Length;
        Assert.Equal((n - 2, m), (Count(TruncationStrategy.OnlyFirst, n + m + 1, 0), Count(TruncationStrategy.OnlyFirst, n + m + 1, 1)));
        Assert.Equal((n, m - 2), (Count(TruncationStrategy.OnlySecond, n + m + 1, 0), Count(TruncationStrategy.OnlySecond, n + m + 1, 1)));
        Assert.Equal((3, 3), (Count(TruncationStrategy.LongestFirst, 9, 0), Count(TruncationStrategy.LongestFirst, 9, 1)));
        Assert.Contains("leaves no way on", Assert.Throws<DataException>(() => new Tokenizer(tokenizer) { Truncation = new TokenTruncation(6) { Stride = 4 } }.Encode(text)).Message);
    }

    [Fact]
    public void SpecialTokensInTextCanBePlain()
    {
        var tokenizer = Tokenizer.FromJson(Json("gpt2"));
        int end = tokenizer.Id("<|end|>")!.Value;
        Assert.Contains(end, tokenizer.EncodeIds("a<|end|>b"));
        var ids = tokenizer.EncodeIds("a<|end|>b", parseSpecialTokens: false);
        Assert.DoesNotContain(end, ids);
        Assert.Equal("a<|end|>b", tokenizer.Decode(ids));
        Assert.Equal("ab", tokenizer.Decode(tokenizer.EncodeIds("a<|end|>b")));
        Assert.Equal("a<|end|>b", tokenizer.Decode(tokenizer.EncodeIds("a<|end|>b"), skipSpecialTokens: false));
    }

    [Fact]
    public void StreamsHoldBackWhatIsNotWhole()
    {
        var tokenizer = Tokenizer.FromJson(Json("gpt2"));
        TokenStream stream = tokenizer.Stream();
        var ids = tokenizer.EncodeIds("a😀");
        var parts = ids.Select(stream.Append).ToArray();
        Assert.Equal("a", parts[0]);
        Assert.Equal("😀", parts[^1]);
        Assert.All(parts[1..^1], part => Assert.Empty(part));
        Assert.Empty(stream.End());

        stream.Append(ids[1]);
        Assert.Equal("\uFFFD", stream.End());
    }

    private static void Check(string name, Tokenizer tokenizer)
    {
        var results = s_golden.Cases[name]["results"]!.AsArray();
        for (int i = 0; i < s_golden.Texts.Length; i++)
        {
            string text = s_golden.Texts[i];
            var expected = results[i]!.AsArray();
            TokenEncoding encoding = tokenizer.Encode(text);
            Assert.Equal(Numbers(expected[0]), encoding.Ids);
            Assert.Equal(expected[2]!.GetValue<string>(), tokenizer.Decode(encoding.Ids));
            // The place of a composed character is all that it was composed of, there the first part; and there, characters that a model
            // drops shift those after them.
            if (name != "suffix" && !text.Contains('\u0301'))
                Assert.Equal(Numbers(expected[1]), encoding.Offsets.SelectMany(r => (int[])[Characters(text, r.Start.Value), Characters(text, r.End.Value)]));
            Assert.True(Numbers(expected[3]).SequenceEqual(encoding.Words), $"words of {text}: {string.Join(",", Numbers(expected[3]))} are {string.Join(",", encoding.Words)}");
            if (expected[4] is not null)
            {
                var pair = tokenizer.Encode(text, s_golden.Texts[(i * 5 + 3) % s_golden.Texts.Length]);
                Assert.Equal(Numbers(expected[4]), pair.Ids);
                Assert.Equal(Numbers(expected[5]), pair.TypeIds);
            }
            TokenStream stream = tokenizer.Stream();
            Assert.Equal(tokenizer.Decode(encoding.Ids), string.Concat(encoding.Ids.Select(stream.Append)) + stream.End());
        }
    }

    /// <summary>Chars counted as code points, as the golden file has them.</summary>
    private static int Characters(string text, int chars) => text.AsSpan(0, chars).ToArray().Count(c => !char.IsLowSurrogate(c));

    private static int[] Numbers(JsonNode? array) => [.. array!.AsArray().Select(n => n!.GetValue<int>())];

    internal static byte[] Json(string name)
    {
        var json = s_golden.Cases[name]["json"]!.DeepClone().AsObject();
        // Most share a vocabulary.
        json["model"] ??= s_golden.Cases["gpt2"]["json"]!["model"]!.DeepClone();
        return JsonSerializer.SerializeToUtf8Bytes((JsonNode)json);
    }

    private static (string[], Dictionary<string, JsonObject>) Read()
    {
        using var packed = typeof(TokenizerGoldenTests).Assembly.GetManifestResourceStream("tokenizers.jsonl.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        string[] texts = [.. JsonNode.Parse(reader.ReadLine()!)!.AsArray().Select(t => t!.GetValue<string>())];
        var cases = new Dictionary<string, JsonObject>();
        while (reader.ReadLine() is { } line)
        {
            var entry = JsonNode.Parse(line)!.AsObject();
            cases[entry["name"]!.GetValue<string>()] = entry;
        }
        return (texts, cases);
    }
}
