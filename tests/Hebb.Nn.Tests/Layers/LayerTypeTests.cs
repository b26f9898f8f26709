namespace Hebb.Nn.Tests;

/// <summary>What holds of layers beyond their numbers: 16-bit types stay, randomness is fresh at each call of a compiled layer and for each example under Vmap.</summary>
public class LayerTypeTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from file in new[] { "attention", "more_layers" }
        from name in Golden.Names(file)
        where name.Data != "buckets"
        select new TheoryDataRow<string, string>(file, name.Data);

    [Theory, MemberData(nameof(Cases))]
    public void HalvesStayHalves(string file, string name)
    {
        using var noGrad = GradMode.NoGrad();
        var golden = Golden.Load(file, name);
        var layer = file == "attention" ? AttentionCases.Make(name) : MoreLayerCases.Make(name);
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        layer.Eval();
        var inputs = GoldenLayer.Inputs(golden);
        Tensor Run(Tensor[] x) => file == "attention" ? AttentionCases.Run(name, layer, x, golden) : MoreLayerCases.Run(layer, x, golden);
        var expected = Run(inputs);
        layer.To(DType.BFloat16);
        var y = Run(Array.ConvertAll(inputs, x => x.DType.IsFloat ? x.To(DType.BFloat16) : x));
        Assert.Equal(DType.BFloat16, y.DType);
        Check.Close(expected, y, 0.06, name);
    }

    public static TheoryData<Func<Module>, Shape> Tracking => new()
    {
        { () => new BatchNorm2d(3), [4, 3, 5, 2] },
        { () => new BatchNorm1d(3, momentum: null), [6, 3] },
        { () => new InstanceNorm1d(3, affine: true, trackRunningStats: true), [2, 3, 7] },
        { () => new SpectralNorm(new Linear(4, 3, rng: new Rng(1)), rng: new Rng(2)), [5, 4] },
        { () => new InvertedResidual(3, 3, expansion: 2, rng: new Rng(1)), [2, 3, 4, 4] },
    };

    [Theory, MemberData(nameof(Tracking))]
    public void CompiledGradientsMoveBuffers(Func<Module> make, Shape shape)
    {
        var (plain, layer) = (make(), make());
        Func<Tensor[], Tensor[]> Gradients(Module m) => Transform.Grad(m, xs => GoldenLayer.Weigh(m.Call(xs[0])));
        var compiled = Transform.Compile(Gradients(layer), layer, strict: true);
        foreach (ulong seed in new ulong[] { 1, 2, 3 })
        {
            var x = Check.Random(seed, shape.ToArray());
            var (expected, found) = (Gradients(plain)([x]), compiled.Call(x));
            for (int i = 0; i < expected.Length; i++)
                Check.Close(expected[i], found[i], 1e-5, $"{layer}, gradient {i} of step {seed}");
        }
        foreach (var (name, value) in plain.StateDict())
            Check.Close(value, layer.StateDict()[name], 1e-6, $"{layer}, {name}");
    }

    public static TheoryData<Func<Module>> Random => new()
    {
        () => new Dropout(rng: new Rng(1)),
        () => new AlphaDropout(rng: new Rng(1)),
        () => new FeatureAlphaDropout(rng: new Rng(1)),
        () => new StochasticDepth(0.5, rng: new Rng(1)),
        () => new GaussianNoise(0.5, new Rng(1)),
        () => new GaussianDropout(0.5, new Rng(1)),
        () => new RReLU(rng: new Rng(1)),
        () => new FractionalMaxPool2d(2, (5, 4), rng: new Rng(1)),
        () => new Sequential(new Flatten(2), new MultiHeadAttention(48, 4, dropout: 0.5, rng: new Rng(1))),
        () => new Sequential(new Flatten(2), new TransformerEncoderLayer(48, 4, 8, 0.3, rng: new Rng(1))),
        () => new Sequential(new Flatten(2), new LSTM(48, 8, 2, dropout: 0.5, rng: new Rng(1))),
    };

    [Theory, MemberData(nameof(Random))]
    public void CompiledLayersDrawAfresh(Func<Module> make)
    {
        using var noGrad = GradMode.NoGrad();
        var layer = make();
        var x = -Check.Random(1, 7, 5, 8, 6).Abs();
        var compiled = Transform.Compile(layer, strict: true);
        var (a, b) = (compiled.Call(x)[0], compiled.Call(x)[0]);
        Assert.NotEqual(a.ToArray<float>(), b.ToArray<float>());
        Check.Same(make().Call(x), a, "the first call draws what the plain layer draws");
    }

    [Theory, MemberData(nameof(Random))]
    public void ExamplesUnderVmapDrawTheirOwn(Func<Module> make)
    {
        using var noGrad = GradMode.NoGrad();
        var layer = make();
        var x = -Check.Random(1, 1, 7, 5, 8, 6).Abs().Expand(2, 7, 5, 8, 6);
        var y = Transform.Vmap((Tensor v) => layer.Call(v))(x);
        Assert.NotEqual(y[0].ToArray<float>(), y[1].ToArray<float>());
    }
}
