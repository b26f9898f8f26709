using Hebb.Compile;

namespace Hebb.Nn.Tests;

/// <summary>Whole training steps as compiled functions: the weights of eager mode, bit for bit.</summary>
public class CompiledStepTests
{
    private sealed class SignDescent(double lr, bool asNumber) : Optimizer(lr)
    {
        protected override IReadOnlyList<string> Entries => [];

        protected override void Update(Tensor parameter, Tensor gradient, ParameterState state) =>
            parameter.CopyFrom(parameter - (asNumber ? gradient.Sign() * RateOf(state) : gradient.Sign() * Rate(parameter, state)));
    }

    public static IEnumerable<TheoryDataRow<string>> Names => OptimizerCases.Names.Append("sign").Select(n => new TheoryDataRow<string>(n));

    private static Optimizer Make(string name) => name == "sign" ? new SignDescent(0.01, asNumber: false) : OptimizerCases.Make(name);

    private static Sequential Net(DType dtype = DType.Float32)
    {
        var rng = new Rng(1);
        var net = new Sequential(new Linear(6, 8, rng: rng), new BatchNorm1d(8, momentum: null), new Tanh(), new Dropout(0.25, new Rng(7)), new Linear(8, 3, rng: rng));
        if (dtype != DType.Float32)
            net.To(dtype);
        return net;
    }

    private static Func<Tensor[], Tensor[]> Step(Sequential net, Optimizer optimizer, double? clip = null) => batch =>
    {
        optimizer.ZeroGrad();
        var loss = Losses.MeanSquaredError(net.Call(batch[0]), batch[1]);
        loss.Backward();
        Tensor[] results = clip is { } limit ? [loss, GradientClipping.ByNorm(net.Parameters(), limit)] : [loss];
        optimizer.Step();
        optimizer.ZeroGrad();
        return results;
    };

    private static (List<double[]> Results, Sequential Net, Optimizer Optimizer, string? Reason) Train(string name, bool compiles, int steps = 8, double? clip = null, DType dtype = DType.Float32, Action<int, Sequential, Optimizer>? before = null)
    {
        var (net, optimizer) = (Net(dtype), name == "number" ? new SignDescent(0.01, asNumber: true) : Make(name));
        optimizer.Bind(net);
        var step = Step(net, optimizer, clip);
        var compiled = compiles ? Transform.Compile(step, net) : null;
        var results = new List<double[]>();
        for (int i = 0; i < steps; i++)
        {
            before?.Invoke(i, net, optimizer);
            Tensor[] batch = [Check.Random((ulong)i, 5, 6).To(dtype), Check.Random((ulong)(1000 + i), 5, 3).To(dtype)];
            optimizer.LearningRate = optimizer.BaseLearningRate * (1 + i);
            var given = compiled?.Call(batch) ?? step(batch);
            results.Add(Array.ConvertAll(given, x => x.Item()));
        }
        return (results, net, optimizer, compiled?.FallbackReason);
    }

    private static void SameAsEager(string name, double? clip = null, DType dtype = DType.Float32, Action<int, Sequential, Optimizer>? before = null, string? reason = null)
    {
        var eager = Train(name, compiles: false, clip: clip, dtype: dtype, before: before);
        var compiled = Train(name, compiles: true, clip: clip, dtype: dtype, before: before);
        if (reason is null)
            Assert.Null(compiled.Reason);
        else
            Assert.Contains(reason, compiled.Reason);
        Assert.Equal(eager.Results, compiled.Results);
        foreach (var (key, value) in eager.Net.StateDict())
            Check.Same(value, compiled.Net.StateDict()[key], $"{name}, {key}");
        Assert.Equal(eager.Optimizer.State().Keys, compiled.Optimizer.State().Keys);
        foreach (var (key, value) in eager.Optimizer.State())
            Check.Same(value, compiled.Optimizer.State()[key], $"{name}, {key}");
    }

    [Theory, MemberData(nameof(Names))]
    public void TheWeightsOfEagerMode(string name) => SameAsEager(name);

    [Fact]
    public void WithClippedGradients()
    {
        SameAsEager("adamw", clip: 0.05);
        SameAsEager("adamw", clip: 1e6);
    }

    [Fact]
    public void OfHalfPrecisionParameters() => SameAsEager("adamw", dtype: DType.BFloat16);

    [Fact]
    public void WhenLayersAreFrozenAndThawed() => SameAsEager("adamw", before: (i, net, _) => net[0].RequireGrad(i is < 3 or > 5));

    [Fact]
    public void WhenOneLayerAfterTheOtherIsThawed()
    {
        var rng = new Rng(1);
        var net = new Sequential(Enumerable.Range(0, 8).Select(_ => (Module)new Linear(3, 3, rng: rng)).ToArray());
        var optimizer = Make("sgd");
        optimizer.Bind(net);
        var step = Transform.Compile(Step(net, optimizer), net);
        for (int frozen = 7; frozen >= 0; frozen--)
        {
            for (int i = 0; i < 8; i++)
                net[i].RequireGrad(i >= frozen);
            for (int i = 0; i < 40; i++)
                step.Call(Check.Random((ulong)i, 5, 3), Check.Random((ulong)(1000 + i), 5, 3));
        }
        Assert.Null(step.FallbackReason);
    }

    [Fact]
    public void AtTwoBatchSizesByManyThreads()
    {
        var net = Net();
        var optimizer = Make("adamw");
        optimizer.Bind(net);
        var step = Transform.Compile(Step(net, optimizer), net);
        Tensor[][] batches = [[Check.Random(1, 5, 6), Check.Random(2, 5, 3)], [Check.Random(3, 4, 6), Check.Random(4, 4, 3)]];
        foreach (var batch in batches)
        {
            step.Call(batch);
            step.Call(batch);
        }
        double before = Steps();
        Parallel.For(0, 64, i => step.Call(batches[i % 2]));
        Assert.Equal(before + 64, Steps());
        Assert.Null(step.FallbackReason);

        double Steps() => optimizer.State().First(s => s.Key.EndsWith("step", StringComparison.Ordinal)).Value.Item();
    }

    [Fact]
    public void AfterTheStateWasReplaced() => SameAsEager("sgd_nesterov", before: (i, _, optimizer) =>
    {
        if (i == 4)
            optimizer.LoadState(optimizer.State().ToDictionary(s => s.Key, s => s.Key.EndsWith("step", StringComparison.Ordinal) ? s.Value : s.Value * 0.5));
    });

    [Fact]
    public void ARateThatIsReadAsANumberIsNotFrozen() => SameAsEager("number", reason: "the learning rate as a number");

    [Theory]
    [InlineData("sgd_nesterov")]
    [InlineData("adamw")]
    public void AReplayAllocatesNothing(string name)
    {
        var (net, optimizer) = (new Sequential(new Linear(6, 8), new Tanh(), new Dropout(0.25, new Rng(3)), new Linear(8, 3)), Make(name));
        optimizer.Bind(net);
        var step = Transform.Compile(Step(net, optimizer, clip: 0.5), net);
        Tensor[] batch = [Check.Random(1, 5, 6), Check.Random(2, 5, 3)], results = [Tensor.Zeros([]), Tensor.Zeros([], DType.Float64)];
        for (int i = 0; i < 50; i++)
            step.CallInto(batch, results);
        // The runtime allocates now and then by itself, for code that it compiles anew: what a replay allocates comes at every round.
        Assert.Contains(0, Enumerable.Range(0, 4).Select(_ => Allocated(100)).ToArray());
        Assert.Null(step.FallbackReason);

        long Allocated(int rounds)
        {
            long managed = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < rounds; i++)
                step.CallInto(batch, results);
            return GC.GetAllocatedBytesForCurrentThread() - managed;
        }
    }

    [Fact]
    public void VerifiedBesideItsOps()
    {
        var net = Net();
        var optimizer = Make("adamw");
        optimizer.Bind(net);
        var step = Transform.Compile(Step(net, optimizer, clip: 0.5), net, verify: true);
        for (int i = 0; i < 3; i++)
            step.Call(Check.Random((ulong)i, 5, 6), Check.Random((ulong)(1000 + i), 5, 3));
        Assert.Null(step.FallbackReason);
        Assert.Equal(3, optimizer.State().First(s => s.Key.EndsWith("step", StringComparison.Ordinal)).Value.Item());
    }

    [Fact]
    public void TwoStepsInOneFunction()
    {
        var (eager, compiled) = (Net(), Net());
        var optimizers = (Eager: new AdamW(0.01), Compiled: new AdamW(0.01));
        optimizers.Eager.Bind(eager);
        optimizers.Compiled.Bind(compiled);
        Func<Tensor[], Tensor[]> Twice(Sequential net, Optimizer optimizer)
        {
            net.Eval();
            var step = Step(net, optimizer);
            return batch => [.. step(batch), .. step(batch)];
        }
        var (f, g) = (Twice(eager, optimizers.Eager), Transform.Compile(Twice(compiled, optimizers.Compiled), compiled));
        for (int i = 0; i < 4; i++)
        {
            Tensor[] batch = [Check.Random((ulong)i, 5, 6), Check.Random((ulong)(1000 + i), 5, 3)];
            Assert.Equal(f(batch).Select(x => x.Item()), g.Call(batch).Select(x => x.Item()));
        }
        Assert.Null(g.FallbackReason);
        foreach (var (key, value) in optimizers.Eager.State())
            Check.Same(value, optimizers.Compiled.State()[key], key);
    }

    [Fact]
    public void TheFirstCallMakesWhatIsMissing()
    {
        var net = new Sequential(new Linear(4), new ReLU(), new Linear(2));
        var optimizer = new AdamW(0.01);
        bool bound = false;
        var step = Transform.Compile(batch =>
        {
            var loss = net.Call(batch[0]).Square().Mean();
            if (!bound)
                optimizer.Bind(net);
            bound = true;
            loss.Backward();
            optimizer.Step();
            optimizer.ZeroGrad();
            return [loss];
        }, net);
        double first = step.Call(Check.Random(1, 5, 6))[0].Item(), last = 0;
        for (int i = 0; i < 50; i++)
            last = step.Call(Check.Random(1, 5, 6))[0].Item();
        Assert.Null(step.FallbackReason);
        Assert.True(last < first / 2, $"{first} to {last}");
    }
}
