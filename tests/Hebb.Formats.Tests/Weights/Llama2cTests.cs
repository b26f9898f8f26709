using Hebb.Data;

namespace Hebb.Formats.Tests.Weights;

/// <summary>llama2.c's files, made here: weights whose every number tells its place, and a vocabulary.</summary>
public sealed class Llama2cTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>2 layers of 8 features, 2 heads, 1 of keys; numbers count up from 0.</summary>
    internal static byte[] Model(bool tied = true)
    {
        const int Dim = 8, Hidden = 6, Layers = 2, Heads = 2, KvHeads = 1, Vocabulary = 5, Length = 3, Kv = Dim / Heads * KvHeads;
        int count = Vocabulary * Dim * (tied ? 1 : 2) + Layers * (2 * Dim + 2 * Dim * Dim + 2 * Dim * Kv + 3 * Dim * Hidden) + Dim + Length * (Dim / Heads);
        var stream = new MemoryStream();
        foreach (int number in (int[])[Dim, Hidden, Layers, Heads, KvHeads, tied ? Vocabulary : -Vocabulary, Length])
            stream.Write(BitConverter.GetBytes(number));
        for (int i = 0; i < count; i++)
            stream.Write(BitConverter.GetBytes((float)i));
        return stream.ToArray();
    }

    [Theory, InlineData(true), InlineData(false)]
    public void WeightsStandWhereLlama2cPutsThem(bool tied)
    {
        using var file = WeightFile.Open(Model(tied));
        Assert.Equal(FileFormat.Llama2c, file.Format);
        Assert.Equal(("8", "1", tied ? "true" : "false"), (file.Metadata["hidden_size"], file.Metadata["num_key_value_heads"], file.Metadata["tie_word_embeddings"]));
        Assert.Equal(1 + 9 * 2 + 1 + (tied ? 0 : 1), file.Entries.Count);
        Assert.Equal(0, file.Read("model.embed_tokens.weight")[0, 0].Item());
        Assert.Equal(40, file.Read("model.layers.0.input_layernorm.weight")[0].Item());
        Assert.Equal(48, file.Read("model.layers.1.input_layernorm.weight")[0].Item());
        // Rows 0 and 1 of a head are a pair there; here they stand half a head apart.
        var query = file.Read("model.layers.0.self_attn.q_proj.weight");
        Assert.Equal([56, 72, 64, 80, 88, 104, 96, 112], query.Select(1, 0).ToArray<float>());
        Assert.Equal(query.ToArray<float>(), RotaryOrder.NeighboursToHalves(RotaryOrder.HalvesToNeighbours(query, 2), 2).ToArray<float>());
        if (!tied)
            Assert.Equal((Model(tied).Length - 28) / 4 - 40, file.Read("lm_head.weight")[0, 0].Item());
    }

    [Fact]
    public void OtherSizesAreOtherFiles()
    {
        Assert.Equal("m: is of no format that is known", Assert.Throws<FormatException>(() => WeightFile.Open(Model()[..^4], "m")).Message);
        Assert.Equal("RotaryOrder: the rows of [6, 2] don't fall into 2 heads of an even width", Assert.Throws<ShapeException>(() => RotaryOrder.NeighboursToHalves(Tensor.Zeros([6, 2]), 2)).Message);
    }

    /// <summary>The bytes, and a few pieces that merge.</summary>
    internal static byte[] Vocabulary()
    {
        var stream = new MemoryStream();
        stream.Write(BitConverter.GetBytes(7));
        List<(string Text, float Score)> pieces = [("<unk>", 0), ("\n<s>\n", 0), ("\n</s>\n", 0), .. Enumerable.Range(0, 256).Select(b => ($"<0x{b:X2}>", 0f)), (" ", -4), ("a", -5), ("b", -6), ("ab", -1), (" ab", -2)];
        foreach (var (text, score) in pieces)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
            stream.Write(BitConverter.GetBytes(score));
            stream.Write(BitConverter.GetBytes(bytes.Length));
            stream.Write(bytes);
        }
        return stream.ToArray();
    }

    [Fact]
    public void VocabulariesMergeByScoreAndFallBackToBytes()
    {
        string path = Path.Combine(_folder, "tok.bin");
        File.WriteAllBytes(path, Vocabulary());
        var tokenizer = Tokenizer.FromLlama2c(path);
        Assert.Equal(264, tokenizer.VocabularySize);
        Assert.Equal([263, 261, 3 + 0xC3, 3 + 0x9F], tokenizer.EncodeIds("abbß"));
        Assert.Equal("abbß", tokenizer.Decode([1, 263, 261, 3 + 0xC3, 3 + 0x9F]));
        Assert.Empty(tokenizer.EncodeIds(""));
        Assert.Equal("v: has 1 tokens, 0 scores and 1 types", Assert.Throws<FormatException>(() => Tokenizer.FromPieces(["a"], [], [1], "v")).Message);
        Assert.Equal("v: a piece is of a type that is not supported", Assert.Throws<FormatException>(() => Tokenizer.FromPieces(["a"], [0], [9], "v")).Message);
        Assert.Equal("v: the score of piece 0 is not a number", Assert.Throws<FormatException>(() => Tokenizer.FromPieces(["a"], [float.NaN], [1], "v")).Message);
    }

    [Fact]
    public void VocabulariesCutShortGiveOneClearLine()
    {
        string path = Path.Combine(_folder, "tok.bin");
        File.WriteAllBytes(path, Vocabulary()[..1000]);
        Assert.Equal($"{path}: is no vocabulary of llama2.c, or is damaged", Assert.Throws<FormatException>(() => Tokenizer.FromLlama2c(path)).Message);
    }
}
