namespace Hebb.Nn.Tests;

/// <summary>Attention and transformers against PyTorch 1.13.1 and the papers' equations, and what they do beyond numbers.</summary>
public class AttentionTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("attention").Where(c => c.Data != "buckets");

    [Theory, MemberData(nameof(Cases)), Trait("Isa", "slice")]
    public void AsTheScript(string name)
    {
        var golden = Golden.Load("attention", name);
        var layer = AttentionCases.Make(name);
        GoldenLayer.Verify(name, golden, layer, xs => AttentionCases.Run(name, layer, xs, golden));
    }

    [Theory, InlineData("mha", true), InlineData("mha_single", false), InlineData("mha_memory", false), InlineData("mha_added", true)]
    public void WeightsAreThoseOfPyTorch(string name, bool average)
    {
        var golden = Golden.Load("attention", name);
        var layer = (MultiHeadAttention)AttentionCases.Make(name);
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        var x = GoldenLayer.Inputs(golden);
        var mask = new AttentionMask { Scores = golden.GetValueOrDefault("mask"), Keys = golden.GetValueOrDefault("keys") };
        var (y, weights) = layer.CallWithWeights(x[0], x[^1], x[^1], mask, average);
        Check.Close(golden["y"], y.Detach(), GoldenLayer.Tolerance, "output");
        Check.Close(golden["weights"], weights.Detach(), GoldenLayer.Tolerance, "weights");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void BucketsAreThoseOfT5(bool bidirectional)
    {
        var golden = Golden.Load("attention", "buckets");
        var bias = new RelativePositionBias(1, 32, 128, bidirectional);
        bias.Weight.Assign(Tensor.Arange(32, DType.Float32).Unsqueeze(1));
        // One query at place 300 of 601 keys: distances -300 to 300.
        var found = bias.Call(1, 601, 300).Detach().Flatten().To(DType.Int64);
        Check.Same(golden[bidirectional ? "both" : "before"], found, "buckets");
    }

    [Fact]
    public void SlopesBetweenPowersOfTwoAreThoseOfTwiceAsMany()
    {
        var slopes = -new AlibiBias(6).Call(1, 2).Select(1, 0).Select(1, 1);
        Check.Close(Tensor.From([0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125]), slopes, 1e-7, "slopes");
    }

    [Theory, InlineData("plain"), InlineData("rotary"), InlineData("alibi"), InlineData("relative"), InlineData("window"), InlineData("learned")]
    public void StepByStepWithACacheIsTheWholeAtOnce(string kind)
    {
        using var noGrad = GradMode.NoGrad();
        var rng = new Rng(3);
        var layer = new MultiHeadAttention(16, 4, batchFirst: true, numKvHeads: 2, addBiasKv: kind == "learned", rng: rng)
        {
            Rotary = kind == "rotary" ? new RotaryEmbedding(4) : null,
            PositionBias = kind == "alibi" ? new AlibiBias(4) : kind == "relative" ? new RelativePositionBias(4, rng: rng) : null,
        };
        var mask = AttentionMask.Causal with { Window = kind == "window" ? 3 : null };
        var x = Check.Random(4, 2, 9, 16);
        var whole = layer.Call(x, mask);
        var cache = new KeyValueCache(2);
        var parts = new List<Tensor> { layer.Call(x[.., ..4], mask, cache) };
        for (int t = 4; t < 9; t++)
            parts.Add(layer.Call(x.Narrow(1, t, 1), mask, cache));
        Assert.Equal(9, cache.Length);
        Check.Close(whole, Tensor.Cat([.. parts], 1), 1e-5, kind);
        cache.Truncate(6);
        Check.Close(whole.Narrow(1, 6, 1), layer.Call(x.Narrow(1, 6, 1), mask, cache), 1e-5, "after going back");
        Check.Throws<ShapeException>("KeyValueCache: can't go back to 8 of 7 steps", () => cache.Truncate(8));
    }

    [Theory, InlineData("plain"), InlineData("rotary"), InlineData("window"), InlineData("learned"), InlineData("both ways")]
    public void AFixedCacheGivesTheSame(string kind)
    {
        using var noGrad = GradMode.NoGrad();
        var rng = new Rng(3);
        var layer = new MultiHeadAttention(16, 4, batchFirst: true, numKvHeads: 2, addBiasKv: kind == "learned", rng: rng) { Rotary = kind == "rotary" ? new RotaryEmbedding(4) : null };
        var mask = AttentionMask.Causal with { Window = kind == "window" ? 3 : null, IsCausal = kind != "both ways" };
        var x = Check.Random(4, 2, 9, 16);
        KeyValueCache grows = new(2), cache = KeyValueCache.Fixed(9), compiledCache = KeyValueCache.Fixed(9);
        var step = Transform.Compile((Tensor[] xs) => [layer.Call(xs[0], mask, compiledCache)], layer, strict: true);
        foreach (var (from, count) in new[] { (0, 4), (4, 2), (6, 1), (7, 1), (8, 1) })
        {
            var part = x.Narrow(1, from, count);
            var expected = layer.Call(part, mask, grows);
            var y = layer.Call(part, mask, cache);
            Check.Close(expected, y, 1e-5, kind);
            Check.Close(y, from == 0 ? layer.Call(part, mask, compiledCache) : step.Call(part)[0], 0, "compiled");
            Assert.Equal((grows.Length, grows.Length), (cache.Length, compiledCache.Length));
        }
        Check.Close(grows.Keys!, compiledCache.Keys!, 0, "keys");
        Assert.Null(step.FallbackReason);
        Assert.StartsWith("KeyValueCache: 1 more steps after 9 are more than its 9 places", Assert.Throws<ShapeException>(() => layer.Call(x.Narrow(1, 8, 1), mask, cache)).Message);
        Assert.Throws<ShapeException>(() => step.Call(x.Narrow(1, 8, 1)));
        compiledCache.Truncate(6);
        Check.Close(layer.Call(x.Narrow(1, 6, 1), mask, Back(grows)), step.Call(x.Narrow(1, 6, 1))[0], 1e-5, "after going back");

        static KeyValueCache Back(KeyValueCache cache)
        {
            cache.Truncate(6);
            return cache;
        }
    }

    [Fact]
    public void AFixedCacheSaysWhatItCannot()
    {
        using var noGrad = GradMode.NoGrad();
        var layer = new MultiHeadAttention(8, 2);
        var x = Tensor.Zeros([1, 2, 8]);
        var empty = KeyValueCache.Fixed(4);
        var error = Assert.ThrowsAny<HebbException>(() => Transform.Compile((Tensor[] xs) => [layer.Call(xs[0], AttentionMask.Causal, empty)], layer, strict: true).Call(x));
        Assert.Contains("a fixed cache has no shapes before its first steps", error.Message);
        var biased = new MultiHeadAttention(8, 2) { PositionBias = new AlibiBias(2) };
        Assert.Contains("use one that grows", Assert.Throws<HebbException>(() => biased.Call(x, AttentionMask.Causal, empty)).Message);
        Check.Throws<ShapeException>("KeyValueCache: capacity 0 must be at least 1", () => KeyValueCache.Fixed(0));
    }

    [Fact]
    public void ADecoderWithCachesGivesTheWholeAtOnce()
    {
        using var noGrad = GradMode.NoGrad();
        var decoder = new TransformerDecoder(() => new TransformerDecoderLayer(8, 2, 16, 0, batchFirst: true), 2);
        var (x, memory) = (Check.Random(1, 2, 5, 8), Check.Random(2, 2, 3, 8));
        var whole = decoder.Call(x, memory, AttentionMask.Causal);
        KeyValueCache[] caches = [new(), new()];
        var parts = Enumerable.Range(0, 5).Select(t => decoder.Call(x.Narrow(1, t, 1), memory, AttentionMask.Causal, caches: caches)).ToArray();
        Check.Close(whole, Tensor.Cat(parts, 1), 1e-5, "step by step");
    }

    [Fact]
    public void ACacheIsForInference()
    {
        var layer = new MultiHeadAttention(8, 2);
        var error = Assert.Throws<GradientException>(() => layer.Call(Tensor.Zeros([1, 2, 8]), AttentionMask.Causal, new KeyValueCache()));
        Assert.Contains("requires a gradient", error.Message);
    }

    [Fact]
    public void ScoresOfRotatedFeaturesDependOnTheDistance()
    {
        var rotary = new RotaryEmbedding(8);
        var (q, k) = (Check.Random(1, 1, 8), Check.Random(2, 1, 8));
        double Score(int i, int j) => (rotary.Call(q, i) * rotary.Call(k, j)).Sum().Item();
        Assert.Equal(Score(3, 1), Score(1003, 1001), 4);
        Assert.NotEqual(Score(3, 1), Score(3, 2), 2);
    }

    [Fact]
    public void DropsWeightsInTrainModeOnly()
    {
        var x = Check.Random(5, 6, 2, 8);
        var layer = new MultiHeadAttention(8, 2, dropout: 0.5, rng: new Rng(1));
        Assert.NotEqual(layer.Call(x).Detach().ToArray<float>(), layer.Call(x).Detach().ToArray<float>());
        layer.Eval();
        Check.Close(layer.Call(x).Detach(), layer.Call(x).Detach(), 0, "eval mode");
    }

    [Fact]
    public void FirstValuesAreXaviersAndZeros()
    {
        var layer = new MultiHeadAttention(64, 4, rng: new Rng(2));
        double bound = Math.Sqrt(6.0 / 256), most = layer.InProjWeight!.Value.Abs().Max().Item();
        Assert.InRange(most, 0.95 * bound, bound);
        Assert.Equal(0, layer.InProjBias!.Value.Abs().Max().Item());
        Assert.Equal(0, layer.OutProj.Bias!.Value.Abs().Max().Item());
        var model = new Transformer(32, 4, 1, 1, 64, rng: new Rng(3));
        Assert.InRange(model.Encoder.Layers[0].Linear1.Weight.Value.Abs().Max().Item(), 0.95 * Math.Sqrt(6.0 / 96), Math.Sqrt(6.0 / 96));
        var stack = new TransformerEncoder(() => new TransformerEncoderLayer(8, 2, 8), 2);
        Assert.NotEqual(stack.Layers[0].Linear1.Weight.Value.ToArray<float>(), stack.Layers[1].Linear1.Weight.Value.ToArray<float>());
    }

    [Theory, InlineData("experts"), InlineData("experts_capacity")]
    public void ExpertsTellTheirBalance(string name)
    {
        var golden = Golden.Load("attention", name);
        var layer = (MixtureOfExperts)AttentionCases.Make(name);
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        var (y, loss) = layer.CallWithLoss(golden["x0"]);
        Check.Close(golden["y"], y.Detach(), GoldenLayer.Tolerance, "output");
        Check.Close(golden["balance"], loss.Detach(), GoldenLayer.Tolerance, "balance");
        using var extra = AuxiliaryLosses.Open();
        new Sequential(layer, layer).Call(golden["x0"]);
        Assert.Equal(2, extra.All.Count);
        Assert.Equal(loss.Item(), extra.All[0].Item());
        extra.Total.Backward();
        Assert.NotNull(layer.Gate.Weight.Grad);
    }

    [Fact]
    public void HooksSeeCallsWithMasks()
    {
        var layer = new TransformerEncoderLayer(8, 2, 16, 0);
        var seen = new List<string>();
        using var outer = layer.RegisterForwardHook((m, x, y) =>
        {
            seen.Add($"{m.GetType().Name} {x[0].Shape} {y.Shape}");
            return y * 2.0;
        });
        using var inner = layer.SelfAttn.RegisterForwardPreHook((m, x) =>
        {
            seen.Add($"{m.GetType().Name} {x.Length}");
            return null;
        });
        var input = Check.Random(1, 3, 2, 8);
        var doubled = layer.Call(input, AttentionMask.Causal);
        Assert.Equal(["MultiHeadAttention 1", "TransformerEncoderLayer [3, 2, 8] [3, 2, 8]"], seen);
        outer.Dispose();
        Check.Close(layer.Call(input, AttentionMask.Causal).Detach() * 2.0, doubled.Detach(), 1e-6, "what a hook returns takes the output's place");
        Assert.Null(layer.InputSpecs);
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        Check.Throws<ShapeException>("MultiHeadAttention: 10 features don't fall into 4 equal heads", () => new MultiHeadAttention(10, 4));
        Check.Throws<ShapeException>("MultiHeadAttention: 4 heads don't fall into 3 equal groups", () => new MultiHeadAttention(8, 4, numKvHeads: 3));
        Check.Throws<ShapeException>("RotaryEmbedding: 5 features don't fall into pairs", () => new RotaryEmbedding(5));
        Check.Throws<ShapeException>("MixtureOfExperts: a token can't go to 3 of 2 experts", () => new MixtureOfExperts(4, () => new Identity(), 2, 3));
        Assert.StartsWith("RelativePositionBias: 2 heads, 2 buckets", Assert.Throws<ShapeException>(() => new RelativePositionBias(2, 2)).Message);
        var layer = new MultiHeadAttention(8, 2);
        Assert.StartsWith(
            "MultiHeadAttention: queries [3, 2, 6], keys [3, 2, 6] and values [3, 2, 6] are not [steps, examples, 8]", Assert.Throws<ShapeException>(() => layer.Call(Tensor.Zeros([3, 2, 6]))).Message);
        Assert.StartsWith("MultiHeadAttention: queries [3, 2, 8], keys [3, 4, 8] and values [3, 4, 8] differ in their examples", Assert.Throws<ShapeException>(() => layer.Call(Tensor.Zeros([3, 2, 8]), Tensor.Zeros([3, 4, 8]))).Message);
        Assert.StartsWith("Attention: mask [1, 1, 4, 4] does not broadcast", Assert.Throws<ShapeException>(() => layer.Call(Tensor.Zeros([3, 2, 8]), new AttentionMask { Scores = Tensor.Ones([4, 4], DType.Bool) })).Message);
        Assert.StartsWith("TransformerDecoderLayer takes two tensors", Assert.Throws<HebbException>(() => new TransformerDecoderLayer(8, 2).Call(Tensor.Zeros([3, 2, 8]), Tensor.Zeros([3, 2, 8]), Tensor.Zeros([3, 2, 8]))).Message);
        Assert.Equal("MultiHeadAttention(8, 2, numKvHeads: 1, batchFirst: true)", new MultiHeadAttention(8, 2, batchFirst: true, numKvHeads: 1).ToString());
    }
}
