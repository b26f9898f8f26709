namespace Hebb.Nn.Tests;

/// <summary>Train and eval mode, hooks, files, and calls from many threads, with real layers.</summary>
public class ModeTests
{
    private static Sequential Cnn(ulong seed)
    {
        var rng = new Rng(seed);
        return new Sequential(
            new Conv2d(3, 8, 3, padding: 1, bias: false, rng: rng), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2),
            new Conv2d(8, 8, 3, groups: 2, rng: rng), new GroupNorm(2, 8), new GELU(), new Dropout2d(0.4, rng),
            new AdaptiveAvgPool2d(2), new Flatten(), new Linear(16, rng: rng), new LayerNorm(16), new SiLU(), new Dropout(0.5, rng), new Linear(5, rng: rng));
    }

    [Fact]
    public void DropoutActsInTrainModeOnly()
    {
        var x = Tensor.Ones([1000]);
        Module[] layers = [new Dropout(0.25, new Rng(1)), new AlphaDropout(0.25, new Rng(1))];
        foreach (var layer in layers)
        {
            var y = layer.Call(x);
            Assert.InRange(y.NotEqual(y[0]).Sum().Item() + y.Equal(y[0]).Sum().Item(), 1000, 1000);
            Assert.InRange(Math.Min(y.Equal(y.Amax([])).Sum().Item(), y.NotEqual(y.Amax([])).Sum().Item()), 200, 300);
            Check.Same(x, layer.Eval().Call(x), "in eval mode");
        }
        var kept = new Dropout(0.25, new Rng(1)).Call(x);
        Assert.Equal(4f / 3, kept.Amax([]).Item<float>());
        Assert.Equal(0, kept.Amin([]).Item<float>());
        var channels = new Dropout1d(0.5, new Rng(2)).Call(Tensor.Ones([4, 10, 3]));
        Assert.All(channels.Sum(2).ToArray<float>(), v => Assert.True(v is 0 or 6));
    }

    [Fact]
    public void ModesReachEveryLayer()
    {
        var net = new Sequential(new Sequential(new Dropout()), new BatchNorm1d(2));
        net.Eval();
        Assert.All(net.NamedModules(), m => Assert.False(m.Module.Training));
        net.Train();
        Assert.All(net.NamedModules(), m => Assert.True(m.Module.Training));
    }

    [Fact]
    public void EvalModeChangesNoStatistics()
    {
        var net = Cnn(1);
        net.Call(Check.Random(1, 4, 3, 10, 10));
        net.Eval();
        var before = net.StateDict().ToDictionary(t => t.Key, t => t.Value.Clone());
        net.Call(Check.Random(2, 4, 3, 10, 10));
        foreach (var (name, value) in net.StateDict())
            Check.Same(before[name], value, name);
        Assert.Equal(1, before["1.num_batches_tracked"].Item());
    }

    [Fact]
    public void ManyThreadsGetTheBitsOfSerialCalls()
    {
        var net = Cnn(2);
        net.Call(Check.Random(1, 4, 3, 10, 10));
        net.Eval();
        const int Threads = 64;
        Tensor[] inputs = [.. Enumerable.Range(0, Threads).Select(i => Check.Random((ulong)i, 1 + i % 3, 3, 10, 10))];
        Tensor[] serial = [.. inputs.Select(net.Call)], parallel = new Tensor[Threads];
        var start = new Barrier(Threads);
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            for (int repeat = 0; repeat < 3; repeat++)
                parallel[i] = net.Call(inputs[i]);
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        for (int i = 0; i < Threads; i++)
            Check.Same(serial[i], parallel[i], $"thread {i}");
    }

    [Fact]
    public void WeightsSurviveAFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hebb-{Guid.NewGuid():N}.safetensors");
        try
        {
            var (net, other) = (Cnn(3), Cnn(4));
            net.Call(Check.Random(1, 4, 3, 10, 10));
            net.SaveWeights(path);
            Assert.True(other.LoadWeights(path).IsComplete);
            var x = Check.Random(5, 2, 3, 10, 10);
            Check.Same(net.Eval().Call(x), other.Eval().Call(x), "output");
            var small = new Sequential(new Conv2d(3, 4, 3, bias: false), new BatchNorm2d(8));
            var error = Assert.Throws<CheckpointException>(() => small.LoadWeights(path));
            Assert.Contains("of another shape 0.weight ([8, 3, 3, 3] for [4, 3, 3, 3])", error.Message);
            Assert.Matches("unexpected (.*, )?4.weight", error.Message);
            Assert.Equal(["0.weight ([8, 3, 3, 3] for [4, 3, 3, 3])"], small.LoadWeights(path, strict: false).Misshapen);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void HooksSeeInputsOutputsAndGradients()
    {
        var layer = new Linear(3, 2);
        var seen = new List<string>();
        using (layer.RegisterForwardPreHook((m, x) => [x[0] * 2.0]))
        using (layer.RegisterForwardHook((m, x, y) =>
        {
            seen.Add($"{m.GetType().Name} {x[0].Shape} {y.Shape}");
            return y + 1.0;
        }))
        using (layer.RegisterBackwardHook((m, g) =>
        {
            seen.Add($"gradient {g.Shape}");
            return null;
        }))
        {
            var x = Tensor.Ones([4, 3]);
            var y = layer.Call(x);
            y.Sum().Backward();
            Check.Close((x * 2.0).MatMul(layer.Weight.Value.MT) + layer.Bias!.Value + 1.0, y, 1e-6, "output");
        }
        Assert.Equal(["Linear [4, 3] [4, 2]", "gradient [4, 2]"], seen);
        layer.Call(Tensor.Ones([1, 3]));
        Assert.Equal(2, seen.Count);
    }

    public static IEnumerable<TheoryDataRow<string>> Layers => Golden.Names("layers");

    /// <summary>Compiled and saved models are traced: every layer can be, and its graph has the bits of the layer.</summary>
    [Theory, MemberData(nameof(Layers))]
    public void GraphsOfLayersHaveTheirBits(string name)
    {
        var golden = Golden.Load("layers", name);
        var layer = LayerCases.Make(name).Eval();
        layer.LoadStateDict(LayerGoldenTests.Under(golden, "before."));
        Tensor[] inputs = [.. golden.Keys.Where(k => k[0] == 'x').Order().Select(k => golden[k])];
        var graph = Compile.Tracing.Trace(layer, [.. inputs.Select(x => new TensorSpec(x.Shape, x.DType))]);
        Check.Same(layer.Call(inputs), graph.Run(inputs)[0], name);
    }

    [Fact]
    public void AHalfNetGivesHalves()
    {
        var net = Cnn(5);
        var x = Check.Random(1, 2, 3, 10, 10);
        net.Call(x);
        var expected = net.Eval().Call(x);
        net.To(DType.BFloat16);
        var y = net.Call(x.To(DType.BFloat16));
        Assert.Equal(DType.BFloat16, y.DType);
        Check.Close(expected, y, 0.06, "output");
    }
}
