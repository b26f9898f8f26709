using Hebb.Transforms;

namespace Hebb.Nn.Tests;

/// <summary>Gradients of single examples, <c>Vmap(Grad(loss))</c>, of every layer against a loop over the examples.</summary>
public class PerExampleTests
{
    private const int Examples = 3;

    public static IEnumerable<TheoryDataRow<string>> Layers => Golden.Names("layers");

    public static IEnumerable<TheoryDataRow<string>> Recurrent => Golden.Names("recurrent");

    public static IEnumerable<TheoryDataRow<string>> Attention => AttentionTests.Cases;

    public static IEnumerable<TheoryDataRow<string>> More => MoreLayerTests.Cases;

    [Theory, MemberData(nameof(Layers))]
    public void OfLayers(string name)
    {
        var golden = Golden.Load("layers", name);
        var layer = LayerCases.Make(name).Eval();
        layer.LoadStateDict(LayerGoldenTests.Under(golden, "before."));
        layer.To(DType.Float64);
        Tensor[] inputs = [.. golden.Keys.Where(k => k[0] == 'x').Order().Select(k => Wide(golden[k]))];
        Compare(name, layer, inputs, xs => layer.Call(xs));
    }

    [Theory, MemberData(nameof(Recurrent))]
    public void OfRecurrentLayers(string name)
    {
        var golden = Golden.Load("recurrent", name);
        var layer = RecurrentTests.Make(name).Eval();
        layer.LoadStateDict(LayerGoldenTests.Under(golden, "before."));
        layer.To(DType.Float64);
        Compare(name, layer, [Wide(golden["x"])], xs => RecurrentTests.Run(layer, xs[0], [], golden.GetValueOrDefault("lengths"))[0]);
    }

    [Theory, MemberData(nameof(Attention))]
    public void OfAttention(string name)
    {
        var golden = Golden.Load("attention", name);
        var layer = AttentionCases.Make(name).Eval();
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        layer.To(DType.Float64);
        Compare(name, layer, [.. GoldenLayer.Inputs(golden).Select(Wide)], xs => AttentionCases.Run(name, layer, xs, golden));
    }

    [Theory, MemberData(nameof(More))]
    public void OfMoreLayers(string name)
    {
        var golden = Golden.Load("more_layers", name);
        var layer = MoreLayerCases.Make(name).Eval();
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        layer.To(DType.Float64);
        Compare(name, layer, [.. GoldenLayer.Inputs(golden).Select(Wide)], xs => MoreLayerCases.Run(layer, xs, golden));
    }

    /// <summary>Layers without golden values; those that draw random numbers as they are in eval mode.</summary>
    private static readonly Dictionary<string, (Func<Module> Make, int[] Input)> s_others = new()
    {
        ["lambda"] = (() => new Sequential(new Linear(4, 3), new Lambda(x => x.Sin())), [2, 4]),
        ["reshape"] = (() => new Sequential(new Linear(4, 6), new Reshape(2, 3)), [2, 4]),
        ["permute"] = (() => new Sequential(new Linear(4, 3), new Permute(0, 2, 1)), [2, 5, 4]),
        ["dropout"] = (() => new Sequential(new Linear(4, 3), new Dropout(), new AlphaDropout(), new FeatureAlphaDropout(), new StochasticDepth(0.5), new GaussianDropout(), new GaussianNoise(0.1)), [2, 4]),
        ["dropout1d"] = (() => new Sequential(new Conv1d(2, 3, 2), new Dropout1d()), [2, 2, 5]),
        ["dropout2d"] = (() => new Sequential(new Conv2d(2, 3, 2), new Dropout2d()), [2, 2, 4, 5]),
        ["dropout3d"] = (() => new Sequential(new Conv3d(2, 3, 2), new Dropout3d()), [2, 2, 3, 4, 5]),
        ["gated_mlp"] = (() => new GatedMlp(4, 6), [2, 3, 4]),
        ["lp_pool3d"] = (() => new Sequential(new Conv3d(2, 3, 1), new LPPool3d(2, 2)), [2, 2, 4, 4, 4]),
    };

    public static IEnumerable<TheoryDataRow<string>> Others => s_others.Keys.Select(k => new TheoryDataRow<string>(k));

    [Theory, MemberData(nameof(Others))]
    public void OfOtherLayers(string name)
    {
        var (make, shape) = s_others[name];
        var layer = make().Eval();
        var x = Check.Random(7, shape).To(DType.Float64);
        using (GradMode.NoGrad())
            layer.Call(x.To(DType.Float32));
        layer.To(DType.Float64);
        Compare(name, layer, [x], xs => layer.Call(xs));
    }

    [Fact]
    public void EveryLayerIsAmongThem()
    {
        Module[] all =
        [
            .. Layers.Select(r => LayerCases.Make(r.Data)), .. Recurrent.Select(r => RecurrentTests.Make(r.Data)), .. Attention.Select(r => AttentionCases.Make(r.Data)),
            .. More.Select(r => MoreLayerCases.Make(r.Data)), .. s_others.Values.Select(o => o.Make()),
        ];
        var tried = all.SelectMany(m => m.NamedModules()).Select(m => m.Module.GetType().Name).ToHashSet();
        Assert.Empty(typeof(Linear).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Module)) && !t.IsAbstract).Select(t => t.Name).Except(tried));
    }

    private static void Compare(string name, Module layer, Tensor[] inputs, Func<Tensor[], Tensor> call)
    {
        Tensor Loss(Tensor[] xs)
        {
            var y = call(xs);
            return (y * Tensor.Linspace(0.5, 1.5, (int)y.Count, DType.Float64).Reshape(y.Shape)).Sum();
        }
        Tensor[][] examples = [.. Enumerable.Range(0, Examples).Select(b => Array.ConvertAll(inputs, x => x.DType.IsFloat ? x * (1 + 0.05 * b) : x))];
        Tensor[] stacked = [.. inputs.Select((_, i) => Tensor.Stack([.. examples.Select(e => e[i])]))];
        long loops = EngineThread.Current.Loops;
        var all = Transform.VmapMany(Transform.Grad(layer, Loss))(stacked);
        Assert.True(EngineThread.Current.Loops == loops, $"{name} loops over the examples");
        var moving = Enumerable.Range(0, inputs.Length).Where(i => inputs[i].DType.IsFloat).ToArray();
        var ofInputs = Transform.VmapMany(Transform.GradMany(Loss, moving))(stacked);
        for (int b = 0; b < Examples; b++)
        {
            var expected = Transform.Grad(layer, Loss)(examples[b]);
            for (int i = 0; i < expected.Length; i++)
                Check.Close(expected[i], all[i][b], 1e-10, $"{name}, example {b}, parameter {i}");
            expected = Transform.GradMany(Loss, moving)(examples[b]);
            for (int i = 0; i < expected.Length; i++)
                Check.Close(expected[i], ofInputs[i][b], 1e-10, $"{name}, example {b}, input {i}");
        }
    }

    private static Tensor Wide(Tensor x) => x.DType.IsFloat ? x.To(DType.Float64) : x;
}
