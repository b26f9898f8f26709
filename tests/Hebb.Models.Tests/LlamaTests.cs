using Hebb.Data;

namespace Hebb.Models.Tests;

/// <summary>The Llama, its files and its way of writing on.</summary>
public class LlamaTests
{
    private static readonly LlamaConfig Tiny = new() { Vocabulary = 50, Dimensions = 32, Hidden = 64, Layers = 2, Heads = 4, KvHeads = 2, Length = 40 };

    private static Llama Make(LlamaConfig? config = null)
    {
        var model = new Llama(config ?? Tiny, new Rng(3));
        model.Eval();
        return model;
    }

    private static float[] Scores(Llama model) => model.Call(Tensor.From((long[])[3, 1, 4, 1, 5, 9], [1, 6])).ToArray<float>();

    [Fact]
    public void StoriesGoOnAsLlama2cTellsThem()
    {
        var model = Llama.Load(RealFiles.Model("stories260K/stories260K.bin"));
        var tokenizer = Tokenizer.FromLlama2c(RealFiles.Model("stories260K/tok512.bin"));
        string[] page = File.ReadAllText(RealFiles.Model("stories260K/stories260K.md")).Split("-t 0.0\n");
        string expected = page[1].Split("\n```")[0];
        // Its program ends after 256 tokens.
        string Told(string prompt) => model.Generate(tokenizer, prompt, new() { First = 1, Stop = [1], MaxTokens = 256 - tokenizer.EncodeIds(prompt).Length }).Trim();
        Assert.Equal(expected, Told(""));
        // A prompt from the story goes on as the story does; it may be cut into more tokens than the model made of it.
        string again = Told("Once upon a time, there was a little girl named Lily. She loved");
        Assert.StartsWith(again, expected);
        Assert.InRange(again.Length, expected.Length - 10, expected.Length);
    }

    [Fact]
    public void NamesAreThoseOfHuggingFace()
    {
        Assert.Equal(
            ["model.embed_tokens.weight", "model.layers.0.self_attn.q_proj.weight", "model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.v_proj.weight", "model.layers.0.self_attn.o_proj.weight",
                "model.layers.0.mlp.gate_proj.weight", "model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.down_proj.weight", "model.layers.0.input_layernorm.weight",
                "model.layers.0.post_attention_layernorm.weight", "model.norm.weight", "lm_head.weight"],
            Make(Tiny with { Layers = 1 }).StateDict().Keys);
        Assert.DoesNotContain("lm_head.weight", Make(Tiny with { TieEmbeddings = true }).StateDict().Keys);
    }

    [Fact]
    public void TokenByTokenIsTheSameAsAllAtOnce()
    {
        var model = Make();
        float[] all = Scores(model);
        using var noGrad = GradMode.NoGrad();
        var caches = model.NewCache();
        long[] ids = [3, 1, 4, 1, 5, 9];
        for (int i = 0; i < ids.Length; i++)
        {
            float[] one = model.Call(Tensor.From(ids[i..(i + 1)], [1, 1]), caches, lastOnly: true).ToArray<float>();
            for (int j = 0; j < 50; j++)
                Assert.Equal(all[i * 50 + j], one[j], 1e-4f);
        }
    }

    [Fact]
    public void ACompiledStepWritesTheSameTextAndAllocatesNothing()
    {
        var model = Make();
        int[] expected = [.. model.Generate([3, 1, 4], new() { MaxTokens = 30 })];
        using var noGrad = GradMode.NoGrad();
        var caches = model.NewCache(40);
        var step = Transform.Compile((Tensor[] xs) => [model.Call(xs[0], caches, lastOnly: true)], model, strict: true);
        Tensor[] ids = [Tensor.Zeros([1, 1], DType.Int64)], scores = [model.Call(Tensor.From((long[])[3, 1, 4], [1, 3]), caches, lastOnly: true)];
        var told = new List<int>();
        for (int i = 0; i < 30; i++)
        {
            told.Add((int)scores[0].ArgMax(-1).Item<long>());
            ids[0].Fill(told[^1]);
            // Twice to come to rest.
            long before = GC.GetAllocatedBytesForCurrentThread();
            step.CallInto(ids, scores);
            if (i > 1)
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.Equal(expected, told);
        Assert.Equal(33, caches[1].Length);
    }

    [Fact]
    public void SamplingFollowsSeedTemperatureAndCuts()
    {
        var model = Make();
        int[] Draw(GenerationOptions options) => [.. model.Generate([1, 2, 3], options with { MaxTokens = 20 })];
        int[] greedy = Draw(new());
        Assert.Equal(20, greedy.Length);
        Assert.Equal(greedy, Draw(new() { Temperature = 1, TopK = 1, Seed = 7 }));
        Assert.Equal(greedy, Draw(new() { Temperature = 1, TopP = 1e-9, Seed = 8 }));
        int[] drawn = Draw(new() { Temperature = 1, Seed = 9 });
        Assert.Equal(drawn, Draw(new() { Temperature = 1, Seed = 9 }));
        Assert.NotEqual(drawn, Draw(new() { Temperature = 1, Seed = 10 }));
        Assert.Equal(greedy[..Array.IndexOf(greedy, greedy[4])], Draw(new() { Stop = [greedy[4]] }));
        // The text ends where the model does.
        Assert.Equal(38, model.Generate([1, 2, 3], new() { MaxTokens = 100 }).Count());
    }

    [Fact]
    public void DrawsAsOftenAsScoresSay()
    {
        var sampler = new TokenSampler(new GenerationOptions { Temperature = 2, TopK = 3, Seed = 1 });
        int[] counts = new int[4];
        for (int i = 0; i < 4000; i++)
            counts[sampler.Next([0, 2 * MathF.Log(2), 2 * MathF.Log(5), -9])]++;
        Assert.Equal(0, counts[3]);
        Assert.InRange(counts[0] / 4000.0, 0.125 - 0.02, 0.125 + 0.02);
        Assert.InRange(counts[1] / 4000.0, 0.25 - 0.03, 0.25 + 0.03);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void GgufKeepsTheModel(bool tied)
    {
        var model = Make(Tiny with { TieEmbeddings = tied, RopeTheta = 5000 });
        string path = Path.GetTempFileName();
        try
        {
            LlamaGguf.Save(path, model, GgufType.F32);
            var again = Llama.Load(path);
            Assert.Equal(Scores(model), Scores(again));
            Assert.Equal(5000, again.Config.RopeTheta);
            LlamaGguf.Save(path, model, GgufType.Q8_0);
            float[] rounded = Scores(Llama.Load(path)), exact = Scores(model);
            Assert.NotEqual(exact, rounded);
            Assert.InRange(exact.Zip(rounded).Max(p => Math.Abs(p.First - p.Second)) / exact.Max(Math.Abs), 0, 0.05);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(GgufType.Q8_0, false)]
    [InlineData(GgufType.Q4_0, true)]
    [InlineData(GgufType.Q5_1, false)]
    public void StaysInItsBlocks(GgufType type, bool tied)
    {
        var model = Make(Tiny with { TieEmbeddings = tied, RopeFactors = [1, 1.5, 3, 8] });
        string path = Path.GetTempFileName();
        try
        {
            LlamaGguf.Save(path, model, type);
            var (wide, packed) = (Llama.Load(path), QuantizedLlama.Load(path));
            Assert.Equal([1, 1.5, 3, 8], packed.Config.RopeFactors!);
            float[] expected = Scores(wide), found = packed.Call(Tensor.From((long[])[3, 1, 4, 1, 5, 9], [1, 6])).ToArray<float>();
            Assert.Equal(expected.Length, found.Length);
            float most = expected.Max(Math.Abs);
            Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, 1e-4f * most));
            // Turns that are divided by other numbers give other scores.
            Assert.NotEqual(expected, Scores(Llama.With(wide.Config with { RopeFactors = null }, wide.StateDict(), "m")));
            Assert.Equal(wide.Generate([3, 1, 4], new() { MaxTokens = 12 }), packed.Generate([3, 1, 4], new() { MaxTokens = 12 }));
            Assert.Contains("blk.0.attn_q.weight", packed.StateDict().Keys);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void PositionsAreScaledAsLlama3Says()
    {
        static LlamaConfig Read(string scaling) => LlamaConfig.FromJson(System.Text.Encoding.UTF8.GetBytes($$$"""
            {"model_type": "llama", "vocab_size": 50, "hidden_size": 512, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "rope_theta": 500000.0, "rope_scaling": {{{scaling}}}}
            """), "c");
        Assert.Null(Read("null").RopeFactors);
        Assert.All(Read("{\"type\": \"linear\", \"factor\": 4}").RopeFactors!, f => Assert.Equal(4, f));
        double[] factors = [.. Read("{\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 1.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 8192}").RopeFactors!];
        Assert.Equal(64, factors.Length);
        for (int i = 0; i < 64; i++)
        {
            // By wave lengths, as the model's authors give it.
            double frequency = 1 / Math.Pow(500000, 2 * i / 128.0), wave = 2 * Math.PI / frequency, smooth = (8192 / wave - 1) / (4 - 1);
            double expected = wave < 8192 / 4.0 ? frequency : wave > 8192 ? frequency / 8 : (1 - smooth) * frequency / 8 + smooth * frequency;
            Assert.Equal(expected, frequency / factors[i], 1e-12);
        }
        Assert.Contains("scaled in the way 'longrope', which is not supported", Assert.Throws<FormatException>(() => Read("{\"type\": \"longrope\", \"factor\": 4}")).Message);
        Assert.Contains("rope_scaling lacks factor", Assert.Throws<FormatException>(() => Read("{\"type\": \"linear\"}")).Message);
    }

    [Theory]
    [InlineData("\"rope_theta\": 10000.0, \"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0, \"original_max_position_embeddings\": 64}", new[] { 1, 4 / 3.0, 2, 4, 4, 4, 4, 4 }, 1.138629436111989)]
    [InlineData("\"rope_parameters\": {\"rope_theta\": 10000.0, \"rope_type\": \"yarn\", \"factor\": 8.0, \"original_max_position_embeddings\": 64, \"beta_fast\": 8, \"beta_slow\": 2, \"attention_factor\": 1.5}", new[] { 1, 16 / 9.0, 8, 8, 8, 8, 8, 8 }, 1.5)]
    [InlineData("\"rope_scaling\": {\"type\": \"yarn\", \"factor\": 4.0, \"mscale\": 2, \"mscale_all_dim\": 1}, \"max_position_embeddings\": 64", new[] { 1, 4 / 3.0, 2, 4, 4, 4, 4, 4 }, 1.277258872223978 / 1.138629436111989)]
    public void PositionsAreScaledAsYarnSays(string scaling, double[] factors, double magnitude)
    {
        var config = LlamaConfig.FromJson(System.Text.Encoding.UTF8.GetBytes($$"""
            {"model_type": "llama", "vocab_size": 50, "hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, {{scaling}}}
            """), "c");
        Assert.All(config.RopeFactors!.Zip(factors), p => Assert.Equal(p.Second, p.First, 1e-12));
        Assert.Equal(magnitude, config.RopeMagnitude, 1e-12);
    }

    [Fact]
    public void MagnitudesScaleScoresByTheirSquare()
    {
        var (q, k) = (Tensor.RandN([2, 3, 8], rng: new Rng(1)), Tensor.RandN([2, 3, 8], rng: new Rng(2)));
        var (plain, large) = (new RotaryEmbedding(8), new RotaryEmbedding(8, magnitude: 1.5));
        float[] expected = (plain.Call(q, 5).MatMul(plain.Call(k, 5).Transpose(-1, -2)) * 2.25).ToArray<float>();
        Assert.All(expected.Zip(large.Call(q, 5).MatMul(large.Call(k, 5).Transpose(-1, -2)).ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-4));
    }

    [Theory]
    [InlineData("yarn", new[] { 1, 16 / 9.0, 8, 8 }, 1.2079441541679836)]
    [InlineData("linear", new double[] { 8, 8, 8, 8 }, 1)]
    [InlineData(null, new double[] { 8, 8, 8, 8 }, 1)]
    public void FilesTellHowPositionsAreScaled(string? kind, double[] factors, double magnitude)
    {
        var model = Make(Tiny with { HeadDimensions = 8 });
        var facts = new Dictionary<string, object> { ["llama.rope.scaling.factor"] = 8f, ["llama.rope.scaling.original_context_length"] = 64u, ["llama.rope.scaling.yarn_beta_fast"] = 8f, ["llama.rope.scaling.yarn_beta_slow"] = 2f, ["llama.rope.freq_base"] = 100f };
        if (kind is not null)
            facts["llama.rope.scaling.type"] = kind;
        string path = Path.GetTempFileName();
        try
        {
            LlamaGguf.Save(path, model, GgufType.F32, facts);
            var scaled = Llama.Load(path);
            Assert.All(scaled.Config.RopeFactors!.Zip(factors), p => Assert.Equal(p.Second, p.First, 1e-12));
            Assert.Equal(magnitude, scaled.Config.RopeMagnitude, 1e-12);
            float[] expected = Scores(scaled);
            Assert.NotEqual(Scores(model), expected);
            // What is saved again tells the same by numbers alone.
            LlamaGguf.Save(path, scaled, GgufType.F32);
            foreach (var again in (Hebb.Module[])[Llama.Load(path), QuantizedLlama.Load(path)])
                Assert.All(expected.Zip(again.Call(Tensor.From((long[])[3, 1, 4, 1, 5, 9], [1, 6])).ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-4));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory, InlineData(1L << 40), InlineData(10000)]
    public void FoldersOfHuggingFaceLoad(long shard)
    {
        string folder = Directory.CreateTempSubdirectory("hebb").FullName;
        try
        {
            var model = Make();
            File.WriteAllText(Path.Combine(folder, "config.json"), """
                {"model_type": "llama", "vocab_size": 50, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                 "max_position_embeddings": 40, "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": false, "rope_scaling": null}
                """);
            Assert.Equal($"{folder}: has no model.safetensors and no model.safetensors.index.json", Assert.Throws<DataException>(() => Llama.Load(folder)).Message);
            WeightFile.SaveSharded(folder, model.StateDict(), shard);
            Assert.Equal(shard == 10000, Directory.GetFiles(folder, "*.safetensors").Length > 2);
            Assert.Equal(Scores(model), Scores(Llama.Load(folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ErrorsAreOneLine()
    {
        var model = Make();
        Assert.Equal("Generate: a prompt of 0 tokens; 1 to 40 are allowed", Assert.Throws<ShapeException>(() => model.Generate([])).Message);
        Assert.Equal("Generate: the prompt holds the id 50; the model has 50 tokens", Assert.Throws<ShapeException>(() => model.Generate([50])).Message);
        Assert.Equal("Generate: temperature -1 is not 0 or above", Assert.Throws<HebbException>(() => model.Generate([1], new() { Temperature = -1 }).ToArray()).Message);
        Assert.Equal("LlamaAttention: 32 features, 4 heads and 3 heads of keys don't fall into equal groups", Assert.Throws<ShapeException>(() => Make(Tiny with { KvHeads = 3 })).Message);
        Assert.Equal("c: is a model of the kind gpt2, not llama", Assert.Throws<FormatException>(() => LlamaConfig.FromJson("{\"model_type\": \"gpt2\"}"u8.ToArray(), "c")).Message);
        Assert.Equal("c: lacks vocab_size", Assert.Throws<FormatException>(() => LlamaConfig.FromJson("{}"u8.ToArray(), "c")).Message);
        Assert.StartsWith("c: is no JSON object", Assert.Throws<FormatException>(() => LlamaConfig.FromJson("[]"u8.ToArray(), "c")).Message);
    }
}
