namespace Hebb.Nn.Tests;

/// <summary>Wrappers, bags, blocks of image models and the rest against PyTorch 1.13.1 and the papers' equations, and what they do beyond numbers.</summary>
public class MoreLayerTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("more_layers");

    [Theory, MemberData(nameof(Cases))]
    public void AsTheScript(string name)
    {
        var golden = Golden.Load("more_layers", name);
        var layer = MoreLayerCases.Make(name);
        if (name == "rrelu")
            layer.Eval();
        GoldenLayer.Verify(name, golden, layer, xs => MoreLayerCases.Run(layer, xs, golden));
    }

    [Fact]
    public void WrappersKeepTheFirstWeights()
    {
        var linear = new Linear(4, 3, rng: new Rng(1));
        var before = linear.Weight.Value.Detach().Clone();
        Check.Close(before, new WeightNorm(linear).Current, 1e-6, "weight norm");
        var x = Check.Random(1, 2, 4);
        Check.Close(linear.Call(x).Detach(), new WeightNorm(linear).Call(x).Detach(), 1e-6, "the layer's own result");
        var spectral = new SpectralNorm(linear, rng: new Rng(2));
        for (int i = 0; i < 30; i++)
            spectral.Call(x);
        Check.Close(before / before.Svdvals()[0], spectral.Current, 1e-5, "the largest singular value becomes 1");
        Assert.Equal(["weight_orig", "bias", "weight_u", "weight_v"], spectral.StateDict().Keys);
    }

    [Fact]
    public void WrappersReachLayersWithCallsOfTheirOwn()
    {
        var lstm = new LSTM(3, 4, rng: new Rng(3));
        var x = Check.Random(1, 5, 2, 3);
        var (expected, _, _) = lstm.CallWithState(x);
        var wrapped = new WeightNorm(lstm, "weight_hh_l0");
        var (y, _, _) = wrapped.Use(() => lstm.CallWithState(x));
        Check.Close(expected.Detach(), y.Detach(), 1e-6, "outputs");
        y.Sum().Backward();
        Assert.NotNull(wrapped.G.Grad);
        Assert.Contains("weight_hh_l0_g", wrapped.StateDict().Keys);
        Assert.DoesNotContain("weight_hh_l0", wrapped.StateDict().Keys);
    }

    [Fact]
    public void WrappersPassTheModeOn()
    {
        var gru = new GRU(3, 8, 2, dropout: 0.5, rng: new Rng(1));
        var wrapped = new WeightNorm(gru, "weight_ih_l0");
        var x = Check.Random(3, 4, 2, 3);
        Assert.NotEqual(wrapped.Call(x).Detach().ToArray<float>(), wrapped.Call(x).Detach().ToArray<float>());
        wrapped.Eval();
        Check.Same(wrapped.Call(x).Detach(), wrapped.Call(x).Detach(), "eval mode");
    }

    [Fact]
    public void StochasticDepthDropsWholeExamples()
    {
        var x = Tensor.Ones([1000, 2, 3]);
        var y = new StochasticDepth(0.25, rng: new Rng(1)).Call(x);
        var each = y.Flatten(1);
        Check.Same(each.Amin(1), each.Amax(1), "an example is dropped as a whole");
        Assert.InRange(y.Mean().Item(), 0.94, 1.06);
        Assert.Equal(4f / 3, y.Max().Item(), 5);
        var together = new StochasticDepth(0.5, perBatch: true, rng: new Rng(2)).Call(x);
        Assert.Equal(together.Min().Item(), together.Max().Item());
        Check.Same(x, new StochasticDepth(0.5).Eval().Call(x), "eval mode");
    }

    [Fact]
    public void NoisesKeepWhatTheyPromise()
    {
        var x = Check.Random(1, 200, 300);
        var alpha = new FeatureAlphaDropout(0.3, new Rng(1)).Call(x);
        Assert.InRange(alpha.Mean().Item(), -0.1, 0.1);
        Assert.InRange(alpha.Var().Item(), 0.9, 1.1);
        var kept = new FeatureAlphaDropout(0.3, new Rng(1)).Call(Tensor.Ones([50, 4, 6])).Flatten(2);
        Check.Same(kept.Amin(2), kept.Amax(2), "whole channels are dropped");
        var ones = Tensor.Ones([200, 300]);
        var noise = new GaussianDropout(0.2, new Rng(2)).Call(ones);
        Assert.InRange(noise.Mean().Item(), 0.99, 1.01);
        Assert.InRange(noise.Var().Item(), 0.24, 0.26);
        Assert.InRange((new GaussianNoise(0.5, new Rng(3)).Call(ones) - 1.0).Std().Item(), 0.49, 0.51);
        var slopes = new RReLU(0.1, 0.3, new Rng(4)).Call(-ones) * -1.0;
        Assert.InRange(slopes.Min().Item(), 0.1, 0.101);
        Assert.InRange(slopes.Max().Item(), 0.299, 0.3);
        foreach (var layer in new Module[] { new FeatureAlphaDropout(0.3), new GaussianDropout(0.2), new GaussianNoise(0.5) })
            Check.Same(x, layer.Eval().Call(x), $"{layer} in eval mode");
    }

    [Fact]
    public void FractionalPoolsDrawNewWindowsAndTellPlaces()
    {
        var x = Check.Random(1, 2, 3, 9, 8);
        var pool = new FractionalMaxPool2d(2, outputRatio: [0.7], rng: new Rng(1));
        Assert.Equal([2, 3, 6, 5], pool.Call(x).Shape.Dims.ToArray());
        Assert.NotEqual(pool.Call(x).ToArray<float>(), pool.Call(x).ToArray<float>());
        var (values, indices) = pool.CallWithIndices(x);
        Check.Same(values.Flatten(2), x.Flatten(2).Gather(2, indices.Flatten(2)), "places");
        Assert.Equal([3, 6, 5], pool.Call(x[0]).Shape.Dims.ToArray());
    }

    [Fact]
    public void PoolsTellPlacesForUnpooling()
    {
        var x = Check.Random(2, 2, 3, 4, 6).Abs();
        var (values, indices) = new MaxPool2d(2).CallWithIndices(x);
        var back = new MaxUnpool2d(2).Call(values, indices);
        Check.Same(values, new MaxPool2d(2).Call(back), "values stand where they were");
        Check.Same(back, Tensor.Where(back.NotEqual(0.0), x, 0.0), "zeros elsewhere");
        Assert.Equal([2, 3, 2, 2], new AdaptiveMaxPool2d(2).CallWithIndices(x).Indices.Shape.Dims.ToArray());
    }

    [Fact]
    public void AdaptiveSoftmaxIsADistribution()
    {
        var layer = new AdaptiveLogSoftmaxWithLoss(8, 20, [4, 10], rng: new Rng(1));
        var x = Check.Random(1, 5, 8);
        var log = layer.LogProbabilities(x);
        Check.Close(Tensor.Ones([5]), log.Exp().Sum(1).Detach(), 1e-5, "sums");
        Check.Same(log.ArgMax(-1), layer.Predict(x), "predictions");
        var target = Tensor.From([0L, 5, 19, 10, 3]);
        var (output, loss) = layer.CallWithLoss(x, target);
        Assert.Equal(-output.Mean().Item(), loss.Item(), 6);
    }

    [Fact]
    public void ShapingLayers()
    {
        var x = Check.Random(1, 2, 6, 4);
        Check.Same(x.Reshape(2, 3, 8), new Reshape(3, -1).Call(x), "Reshape");
        Check.Same(x.Transpose(1, 2), new Permute(0, 2, 1).Call(x), "Permute");
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        Check.Throws<HebbException>("WeightNorm: Linear has no parameter 'wait'; it has weight, bias", () => new WeightNorm(new Linear(4, 3), "wait"));
        Check.Throws<HebbException>("WeightNorm: 'weight' of Linear is [3, ?] until its first call; give the sizes, or call it once before", () => new WeightNorm(new Linear(3)));
        Check.Throws<ShapeException>("SpectralNorm: 'bias' is [3], no matrix", () => new SpectralNorm(new Linear(4, 3), "bias"));
        Check.Throws<HebbException>("FractionalMaxPool2d: give either the output's size or its ratio", () => new FractionalMaxPool2d(2));
        Assert.StartsWith("FractionalMaxPool2d: 4 windows of 2 don't fit into axis 2 of [1, 1, 4, 4]", Assert.Throws<ShapeException>(() => new FractionalMaxPool2d(2, 4).Call(Tensor.Zeros([1, 1, 4, 4]))).Message);
        Assert.StartsWith("EmbeddingBag: weights are for sums, not for Mean", Assert.Throws<HebbException>(() => new EmbeddingBag(3, 2).Call(Tensor.From([1L], [1, 1]), null, Tensor.Ones([1, 1]))).Message);
        Assert.StartsWith("Residual: the branch gives [2, 3], the shortcut [2, 4]", Assert.Throws<ShapeException>(() => new Residual(new Linear(4, 3)).Call(Tensor.Zeros([2, 4]))).Message);
        Assert.StartsWith("PatchEmbedding: input [1, 2, 5, 4] is not", Assert.Throws<ShapeException>(() => new PatchEmbedding(2, 3, 2).Call(Tensor.Zeros([1, 2, 5, 4]))).Message);
        Check.Throws<ShapeException>("AdaptiveLogSoftmaxWithLoss: cutoffs [5, 2] don't ascend between 0 and 9 classes", () => new AdaptiveLogSoftmaxWithLoss(8, 9, [5, 2]));
        Assert.Equal("WeightNorm(Linear(4, 3))", new WeightNorm(new Linear(4, 3)).ToString());
        Assert.Equal("CircularPad2d(1, 1, 1, 1)", new CircularPad2d(1).ToString());
    }

    [Fact]
    public void WrappersListTheLayerInside()
    {
        var (linear, conv) = (new Linear(4, 3), new Conv2d(2, 3, 2));
        var model = new Sequential(new WeightNorm(new SpectralNorm(linear), "bias", axis: null), new SpectralNorm(conv));
        Assert.Equal(["", "0", "0.layer", "0.layer.layer", "1", "1.layer"], model.NamedModules().Select(m => m.Name).Order());
        Assert.Equal(["0.bias_g", "0.bias_v", "0.weight_orig", "1.weight_orig", "1.bias"], model.NamedParameters().Select(p => p.Name));
        model.Eval();
        Assert.False(linear.Training || conv.Training);
        int calls = 0;
        using (conv.RegisterForwardHook((_, _, _) =>
        {
            calls++;
            return null;
        }))
        {
            ((SpectralNorm)model[1]).Call(Tensor.Ones([1, 2, 3, 3]));
        }
        Assert.Equal(1, calls);
        Assert.Contains("layer Conv2d", ((SpectralNorm)model[1]).Summary(new TensorSpec([1, 2, 3, 3], DType.Float32)).ToString());
    }

    [Fact]
    public void PowerMeansOverSpaceAreRootsOfSums()
    {
        var x = Check.Random(3, 2, 3, 4, 4, 6).Abs();
        var expected = (x.Pow(3L).AvgPool3d((2, 2, 3)) * 12.0).Pow(1.0 / 3);
        Check.Close(expected, new LPPool3d(3, (2, 2, 3)).Call(x), 1e-5, "LPPool3d");
    }

    [Fact]
    public void Dropout3dDropsWholeVolumes()
    {
        var y = new Dropout3d(0.25, new Rng(4)).Call(Tensor.Ones([40, 25, 2, 2, 2])).Flatten(2);
        Check.Same(y.Amin([2]), y.Amax([2]), "volumes");
        Assert.Equal([0, (float)(1 / 0.75)], y.ToArray<float>().Distinct().Order());
        // Five standard deviations of a share of 1,000.
        Assert.Equal(1, y.Mean().Item(), 5 * Math.Sqrt(0.25 / 0.75 / 1000));
    }
}
