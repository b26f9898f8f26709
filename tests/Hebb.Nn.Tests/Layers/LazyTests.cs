namespace Hebb.Nn.Tests;

/// <summary>Layers that learn their sizes from the first input, or from a loaded state.</summary>
public class LazyTests
{
    private static Sequential Net(ulong seed, bool lazy)
    {
        var rng = new Rng(seed);
        return lazy
            ? new Sequential(Conv2d.Lazy(4, 3, rng: rng), new ReLU(), ConvTranspose2d.Lazy(2, 2, rng: rng), new Flatten(), new Linear(5, rng: rng))
            : new Sequential(new Conv2d(1, 4, 3, rng: rng), new ReLU(), new ConvTranspose2d(4, 2, 2, rng: rng), new Flatten(), new Linear(50, 5, rng: rng));
    }

    private static Tensor Images => Check.Random(1, 3, 1, 6, 6);

    [Fact]
    public void ValuesAreThoseOfALayerOfKnownSize()
    {
        var (lazy, eager) = (Net(7, lazy: true), Net(7, lazy: false));
        Check.Same(eager.Call(Images), lazy.Call(Images), "output");
        foreach (var (name, value) in eager.StateDict())
            Check.Same(value, lazy.StateDict()[name], name);
    }

    [Fact]
    public void ValuesDoNotDependOnTheOrderOfCalls()
    {
        Linear[] Make()
        {
            var rng = new Rng(9);
            return [new Linear(3, rng: rng), new Linear(4, rng: rng)];
        }
        var (forward, backward) = (Make(), Make());
        var x = Check.Random(2, 2, 6);
        Tensor[] a = [forward[0].Call(x), forward[1].Call(x)], b = [.. new[] { backward[1].Call(x), backward[0].Call(x) }.Reverse()];
        Check.Same(a[0], b[0], "first");
        Check.Same(a[1], b[1], "second");
    }

    [Fact]
    public void ManyThreadsAtFirstMakeOneSetOfValues()
    {
        var expected = Net(11, lazy: true).Eval().Call(Images);
        var net = Net(11, lazy: true).Eval();
        var outputs = new Tensor[16];
        var start = new Barrier(outputs.Length);
        Thread[] threads = [.. Enumerable.Range(0, outputs.Length).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            outputs[i] = net.Call(Images);
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        for (int i = 0; i < outputs.Length; i++)
            Check.Same(expected, outputs[i], $"thread {i}");
    }

    [Fact]
    public void ParametersAreListedAndBoundBeforeTheFirstCall()
    {
        var net = Net(3, lazy: true);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"], net.NamedParameters().Select(p => p.Name));
        Assert.All(net.Parameters(), p => Assert.False(p.IsMaterialized));
        var optimizer = new SGD(0.1);
        optimizer.Bind(net);
        optimizer.ZeroGrad();
        optimizer.Step();
        Assert.Empty(optimizer.State());
        net.Call(Images).Sum().Backward();
        optimizer.Step();
        Assert.Equal(6, optimizer.State().Count);
        var reference = Net(3, lazy: false);
        Check.Close(reference.StateDict()["4.bias"] - 0.3, net.StateDict()["4.bias"], 1e-6, "4.bias after a step");
    }

    [Fact]
    public void WhatNeedsValuesSaysSo()
    {
        var net = Net(3, lazy: true);
        const string Message = "0.weight is [4, ?, 3, 3] until the first call shows its input; call the model on a sample first, or load a state";
        Check.Throws<HebbException>(Message, () => net.StateDict());
        Check.Throws<HebbException>(Message, () => _ = net.ParameterCount);
        Check.Throws<HebbException>("4.weight is [5, ?] until the first call shows its input; call the model on a sample first, or load a state", () => Init.Zeros(((Linear)net[4]).Weight));
        Assert.Equal("Linear(?, 5)", net[4].ToString());
    }

    [Fact]
    public void AStateGivesTheSizes()
    {
        var (net, trained) = (Net(3, lazy: true), Net(4, lazy: false));
        Assert.True(net.LoadStateDict(trained.StateDict()).IsComplete);
        Check.Same(trained.Call(Images), net.Call(Images), "output");
        Assert.Equal(50, ((Linear)net[4]).InFeatures);
        // The state was copied.
        trained.Parameters()[0].Assign(Tensor.Zeros([4, 1, 3, 3]));
        Assert.NotEqual(0, net.Parameters()[0].Value.Abs().Sum().Item());
    }

    [Fact]
    public void AStateMustAgreeWithWhatIsKnown()
    {
        var net = new Sequential(new Linear(5));
        var error = Check.Throws<CheckpointException>(
            "the state does not fit Sequential: of another shape 0.weight ([4, 7] for [5, ?])",
            () => net.LoadStateDict(new Dictionary<string, Tensor> { ["0.weight"] = Tensor.Zeros([4, 7]), ["0.bias"] = Tensor.Zeros([5]) }));
        Assert.False(net.Parameters()[1].IsMaterialized);
    }

    [Fact]
    public void APartialStateLeavesTheRestToTheFirstCall()
    {
        var net = new Linear(2, rng: new Rng(1));
        net.LoadStateDict(new Dictionary<string, Tensor> { ["weight"] = Tensor.Zeros([2, 3]) }, strict: false);
        var y = net.Call(Tensor.Ones([1, 3]));
        Check.Same(new Linear(3, 2, rng: new Rng(1)).Bias!.Value.Reshape(1, 2), y, "output");
    }

    [Fact]
    public void TypeAndFreezingHoldForValuesThatComeLater()
    {
        var net = Net(3, lazy: true);
        net.To(DType.Float64);
        net.RequireGrad(false);
        var y = net.Call(Images.To(DType.Float64));
        Assert.Equal(DType.Float64, y.DType);
        Assert.False(y.RequiresGrad);
        Assert.All(net.Parameters(), p => Assert.Equal(DType.Float64, p.DType));
    }

    [Fact]
    public void ValuesOutliveTheScopeOfTheFirstCall()
    {
        var net = Net(3, lazy: true);
        using (TensorScope.Open())
            net.Call(Images);
        using (GradMode.NoGrad())
            Check.Same(Net(3, lazy: true).Call(Images), net.Call(Images), "output");
        Assert.All(net.Parameters(), p => Assert.True(p.RequiresGrad));
    }

    public static IEnumerable<TheoryDataRow<string>> Norms() => ["batch1", "batch2", "batch3", "instance1", "instance2", "instance3"];

    private static (Module Lazy, Module Known, Tensor Input) Norm(string name) => name switch
    {
        "batch1" => (BatchNorm1d.Lazy(), new BatchNorm1d(3), Check.Random(1, 4, 3)),
        "batch2" => (BatchNorm2d.Lazy(1e-3, null), new BatchNorm2d(3, 1e-3, null), Check.Random(1, 4, 3, 2, 2)),
        "batch3" => (BatchNorm3d.Lazy(affine: false), new BatchNorm3d(3, affine: false), Check.Random(1, 4, 3, 2, 2, 2)),
        // PyTorch's lazy ones are affine and track, the others do not.
        "instance1" => (InstanceNorm1d.Lazy(), new InstanceNorm1d(3, affine: true, trackRunningStats: true), Check.Random(1, 4, 3, 5)),
        "instance2" => (InstanceNorm2d.Lazy(momentum: 0.3), new InstanceNorm2d(3, momentum: 0.3, affine: true, trackRunningStats: true), Check.Random(1, 3, 2, 2)),
        "instance3" => (InstanceNorm3d.Lazy(affine: false, trackRunningStats: false), new InstanceNorm3d(3), Check.Random(1, 4, 3, 2, 2, 2)),
        _ => throw new ArgumentException(name),
    };

    [Theory, MemberData(nameof(Norms))]
    public void NormsInferTheirChannels(string name)
    {
        var (lazy, known, x) = Norm(name);
        string type = lazy.GetType().Name;
        Assert.Equal($"{type}(?)", lazy.ToString());
        // A summary knows the shapes and leaves the layer as it is.
        Assert.Equal(known.Summary(x.Spec).Layers[0].Parameters, lazy.Summary(x.Spec).Layers[0].Parameters);
        Assert.Equal($"{type}(?)", lazy.ToString());
        for (int step = 0; step < 2; step++)
            Check.Same(known.Call(x), lazy.Call(x), "output");
        Check.Same(known.Eval().Call(x), lazy.Eval().Call(x), "output in eval mode");
        Assert.Equal(known.StateDict().Keys, lazy.StateDict().Keys);
        foreach (var (key, value) in known.StateDict())
            Check.Same(value, lazy.StateDict()[key], key);
        Assert.Equal($"{type}(3)", lazy.ToString());

        var (loaded, _, _) = Norm(name);
        Assert.True(loaded.LoadStateDict(known.StateDict()).IsComplete);
        Check.Same(known.Call(x), loaded.Eval().Call(x), "output of loaded values");
        var (compiled, again, _) = Norm(name);
        var run = Transform.Compile(a => [compiled.Call(a[0])], compiled);
        for (int step = 0; step < 2; step++)
            Check.Same(again.Call(x), run.Call(x)[0], "output compiled");
        var four = Tensor.Zeros([.. x.Shape.Dims.ToArray().Select((n, axis) => n == 3 && axis == (name == "instance2" ? 0 : 1) ? 4 : n)]);
        Assert.Contains("the layer has 3 channels", Assert.Throws<ShapeException>(() => lazy.Call(four)).Message);
    }
}
