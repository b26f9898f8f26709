using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Hebb.Tests;

namespace Hebb.Data.Tests;

public class TokenizerFileTests
{
    private static readonly byte[] s_gpt2 = TokenizerGoldenTests.Json("gpt2");

    [Fact]
    public void Gpt2FilesAndTiktokenRanksAreTheSameTokenizer()
    {
        var json = JsonNode.Parse(s_gpt2)!;
        var merges = json["model"]!["merges"]!.AsArray().Select(m => (Left: m![0]!.GetValue<string>(), Right: m[1]!.GetValue<string>())).ToArray();
        // Only merges of what is there already: then the ids are the order of the merges.
        using var folder = new TemporaryFolder();
        string path = folder.Write("vocab.bpe", Encoding.UTF8.GetBytes("#version: 0.2\n" + string.Join('\n', merges.Select(m => $"{m.Left} {m.Right}")) + "\n"));
        var gpt2 = Tokenizer.FromGpt2(path);
        Assert.Equal(256 + merges.Length + 1, gpt2.VocabularySize);
        Assert.Equal(256 + merges.Length, gpt2.Id("<|endoftext|>"));

        string ids = string.Join(",", Enumerable.Range(0, gpt2.VocabularySize).Select(id => $"{System.Text.Json.JsonSerializer.Serialize(gpt2.Token(id))}:{id}"));
        folder.Write("encoder.json", Encoding.UTF8.GetBytes("{" + ids + "}"));
        var pair = Tokenizer.Load(folder.Root);

        var lines = Enumerable.Range(0, 256 + merges.Length).Select(id => $"{Convert.ToBase64String(ByteAlphabet.ToBytes(gpt2.Token(id))!)} {id}");
        string ranks = folder.Write("small.tiktoken", Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        var scheme = TiktokenScheme.Gpt2 with { SpecialTokens = new Dictionary<string, int> { ["<|endoftext|>"] = 256 + merges.Length } };
        var tiktoken = Tokenizer.FromTiktoken(ranks, scheme);
        string package = $$"""{"pat_str":{{System.Text.Json.JsonSerializer.Serialize(scheme.Pattern)}},"special_tokens":{"<|endoftext|>":{{256 + merges.Length}}},"bpe_ranks":"! 0 {{string.Join(' ', lines.Select(l => l.Split(' ')[0]))}}"}""";
        var packaged = Tokenizer.Load(folder.Write("small.json", Encoding.UTF8.GetBytes(package)));
        var saved = Tokenizer.FromJson(tiktoken.ToJson());

        foreach (string text in (string[])["the quick brown fox", "It wasn't the  dog's fault<|endoftext|>\n naïve 漢😀"])
        {
            var expected = gpt2.EncodeIds(text);
            Assert.Equal(text, gpt2.Decode(expected, skipSpecialTokens: false));
            foreach (var other in (Tokenizer[])[pair, tiktoken, packaged, saved]) Assert.Equal(expected, other.EncodeIds(text));
        }
    }

    [Fact]
    public void WordPieceVocabulariesAreReadAsLinesListsAndMarkedTheOtherWay()
    {
        using var folder = new TemporaryFolder();
        string[] tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "the", ",", "漢"];
        var lines = Tokenizer.Load(folder.Write("vocab.txt", Encoding.UTF8.GetBytes(string.Join("\n", tokens) + "\n")));
        var list = Tokenizer.FromWordPiece(folder.Write("v.json", Encoding.UTF8.GetBytes(new JsonArray([.. tokens.Select(t => JsonValue.Create(t))]).ToJsonString())));
        var marked = tokens.Select(t => t[0] == '[' ? t : t.StartsWith("##", StringComparison.Ordinal) ? t[2..] : "\u2581" + t);
        var other = Tokenizer.FromWordPiece(folder.Write("w.json", Encoding.UTF8.GetBytes(new JsonArray([.. marked.Select(t => JsonValue.Create(t))]).ToJsonString())));
        foreach (var tokenizer in (Tokenizer[])[lines, list, other])
        {
            Assert.Equal([2, 4, 5, 6, 8, 7, 9, 1, 3], tokenizer.Encode("Ünaffable,\u0000the 漢x").Ids.Take(9));
            Assert.Equal("unaffable, the", tokenizer.Decode([2, 4, 5, 6, 8, 7, 3]));
        }
        var cased = Tokenizer.FromWordPiece(Path.Combine(folder.Root, "vocab.txt"), lowercase: false);
        Assert.Equal([1], cased.EncodeIds("Unaffable"));
    }

    [Theory]
    [InlineData("{\"model\":{\"type\":\"Magic\",\"vocab\":{}}}", "t.model: the model \"Magic\" is not known (BPE, Unigram, WordPiece and WordLevel are)")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}}", "t.model: has no \"merges\"")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1},\"merges\":[\"a b\"]}}", "t.model: merge 0 (\"a\", \"b\"): \"ab\" is not in the vocabulary")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":1},\"merges\":[\"ab\"]}}", "t.model.merges[0]: is not two tokens and a space between them")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}}", "t.model: vocabulary: \"a\" and \"b\" have the id 0")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":900000000},\"merges\":[]}}", "t.model: vocabulary: the id 900000000 of \"a\" is out of range")]
    [InlineData("{\"model\":{\"type\":\"BPE\",\"dropout\":0.1,\"vocab\":{},\"merges\":[]}}", "t.model: dropout of merges is not supported: it makes encoding random")]
    [InlineData("{\"model\":{\"type\":\"WordPiece\",\"vocab\":{\"a\":0},\"unk_token\":\"[UNK]\"}}", "WordPiece: the unknown token \"[UNK]\" is not in the vocabulary")]
    [InlineData("{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}", "t.model.vocab[0]: is not a piece and its score")]
    [InlineData("{\"normalizer\":{\"type\":\"X\"},\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}", "t.normalizer: the normalizer \"X\" is not known")]
    [InlineData("{\"pre_tokenizer\":{\"type\":\"X\"},\"model\":{}}", "t.pre_tokenizer: the pre-tokenizer \"X\" is not known")]
    [InlineData("{\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"},\"model\":{}}", "t.pre_tokenizer.pattern: pattern \"(\", character 1: missing )")]
    [InlineData("{\"version\":1}", "t: has no \"model\"")]
    [InlineData("[1]", "t: is not a tokenizer: it holds no object")]
    [InlineData("{\"model\":", "t: is no JSON: line 1: ")]
    public void BadJsonIsOneLine(string json, string message)
    {
        var error = Assert.Throws<FormatException>(() => Tokenizer.FromJson(Encoding.UTF8.GetBytes(json), "t"));
        Assert.StartsWith(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void BadFilesAreOneLine()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("no such file", Assert.Throws<DataException>(() => Tokenizer.Load(Path.Combine(folder.Root, "none"))).Message);
        Assert.Contains("has no tokenizer", Assert.Throws<DataException>(() => Tokenizer.Load(folder.Root)).Message);
        string path = folder.Write("a.tiktoken", "IQ== 0\nIg==\n"u8.ToArray());
        Assert.Equal($"{path} line 2: is not a token in base64, a space and a rank", Assert.Throws<FormatException>(() => Tokenizer.Load(path)).Message);
        path = folder.Write("b.tiktoken", "IQ== 0\n"u8.ToArray());
        Assert.Contains("give a TiktokenScheme", Assert.Throws<DataException>(() => Tokenizer.Load(path)).Message);
        Assert.Equal($"{path}: the byte 0x00 has no rank", Assert.Throws<FormatException>(() => Tokenizer.FromTiktoken(path, TiktokenScheme.Gpt2)).Message);
        path = folder.Write("c.bpe", "#version: 0.2\na b\nab\n"u8.ToArray());
        Assert.Equal($"{path} line 3: is not two tokens and a space between them", Assert.Throws<FormatException>(() => Tokenizer.Load(path)).Message);
        path = folder.Write("d.txt", "hello\nworld\n"u8.ToArray());
        Assert.Equal($"{path}: is no WordPiece vocabulary: it has no [UNK]", Assert.Throws<FormatException>(() => Tokenizer.Load(path)).Message);
        byte[] model = SentencePieceTests.Read("bpe").Model;
        path = folder.Write("e.model", model[..(model.Length / 2)]);
        Assert.Contains("is no SentencePiece model, or is damaged near byte", Assert.Throws<FormatException>(() => Tokenizer.Load(path)).Message);
    }

    [Fact]
    public void AnyBytesGiveATokenizerOrOneLine()
    {
        byte[][] seeds = [TokenizerGoldenTests.Json("suffix"), TokenizerGoldenTests.Json("wordLevel"), SentencePieceTests.Read("unigram").Model, SentencePieceTests.Read("char").Model];
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. seeds[i % seeds.Length]];
            for (int edits = random.Next(1, 6); edits > 0; edits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                var tokenizer = Tokenizer.Load(folder.Write(i % 4 < 2 ? "t.json" : "t.model", bytes));
                tokenizer.Decode(tokenizer.Encode("the DOG wasn't 12 漢😀").Ids);
            }
            catch (HebbException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 40, 400);
    }

    [Fact]
    public void EveryNameIsListed()
    {
        var methods = typeof(Tokenizer).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(m => !m.IsSpecialName && m.Name != "ToString").Select(m => m.Name);
        var types = typeof(Tokenizer).Assembly.GetExportedTypes().Select(t => t.Name).Where(n => n.StartsWith("Tok", StringComparison.Ordinal) && n != nameof(TokenMasking));
        new DocsPage("text").Lists([.. methods, .. types, nameof(TiktokenScheme), nameof(AddedToken), nameof(EncodeOptions), nameof(TruncationStrategy)], 25);
    }

    [Fact]
    public void NormalizeShowsWhatIsEncoded()
    {
        var bert = Tokenizer.TrainWordPiece(["the cafe is near"], new TokenizerTraining { VocabularySize = 60, Lowercase = true });
        Assert.Equal("the cafe", bert.Normalize("THE Café"));
        Assert.Equal(bert.EncodeIds("the cafe"), bert.EncodeIds("THE Café"));
        var plain = Tokenizer.TrainBpe(["the cafe is near"], new TokenizerTraining { VocabularySize = 300 });
        Assert.Equal("THE Café", plain.Normalize("THE Café"));
    }
}
