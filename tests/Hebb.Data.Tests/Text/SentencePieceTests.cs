using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Models trained by SentencePiece, against its own encoder.</summary>
public class SentencePieceTests
{
    public static TheoryData<string> Names => ["unigram", "unigram-bytes", "bpe", "bpe-bytes", "char"];

    [Theory]
    [MemberData(nameof(Names))]
    public void IdsAgree(string name)
    {
        var (model, lines) = Read(name);
        using var folder = new TemporaryFolder();
        var tokenizer = Tokenizer.Load(folder.Write("m.model", model));
        // What is written as tokenizer.json adds scores up in double precision, which changes none of these.
        var saved = Tokenizer.FromJson(tokenizer.ToJson());
        Assert.Equal(14, lines.Count);
        foreach (var (text, ids) in lines)
        {
            Assert.Equal(ids, tokenizer.EncodeIds(text));
            Assert.Equal(ids, saved.EncodeIds(text));
        }
    }

    [Theory]
    [InlineData("unigram-bytes")]
    [InlineData("bpe-bytes")]
    public void ByteFallbackLosesNothing(string name)
    {
        var (model, lines) = Read(name);
        using var folder = new TemporaryFolder();
        var tokenizer = Tokenizer.FromSentencePiece(folder.Write("m.model", model));
        foreach (var (text, ids) in lines)
        {
            if (text.Contains('\u2581')) continue; // the sign for a space can't be told from one
            Assert.Equal(text, tokenizer.Decode(ids));
            TokenStream stream = tokenizer.Stream();
            Assert.Equal(text, string.Concat(ids.Select(stream.Append)) + stream.End());
        }
    }

    [Fact]
    public void LongTextsStreamInPieces()
    {
        var (model, _) = Read("bpe-bytes");
        using var folder = new TemporaryFolder();
        var tokenizer = Tokenizer.FromSentencePiece(folder.Write("m.model", model));
        string text = string.Concat(Enumerable.Range(0, 200).Select(i => $"the dog 😀{i} ö "));
        TokenStream stream = tokenizer.Stream();
        Assert.Equal(text, string.Concat(tokenizer.EncodeIds(text).Select(stream.Append)) + stream.End());
    }

    internal static (byte[] Model, List<(string Text, int[] Ids)> Lines) Read(string name)
    {
        byte[] model = [];
        var lines = new List<(string, int[])>();
        bool found = false;
        foreach (string line in Resource.Lines("sentencepiece.txt"))
        {
            string[] fields = line.Split('\t');
            if (fields[0].Length > 0) found = fields[0] == name;
            if (!found) continue;
            if (fields[0].Length > 0) model = Convert.FromBase64String(fields[1]);
            else lines.Add((Encoding.UTF8.GetString(Convert.FromBase64String(fields[1])), [.. fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)]));
        }
        return (model, lines);
    }
}
