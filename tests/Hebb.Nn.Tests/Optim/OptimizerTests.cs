using Hebb.Cpu;

namespace Hebb.Nn.Tests;

/// <summary>Binding, groups, state for resuming, 16-bit parameters, and errors.</summary>
public class OptimizerTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => OptimizerCases.Names.Select(n => new TheoryDataRow<string>(n));

    private static Sequential Net(ulong seed = 1)
    {
        var rng = new Rng(seed);
        return new Sequential(new Linear(6, 8, rng: rng), new Tanh(), new Linear(8, 3, rng: rng));
    }

    private static void Train(Sequential net, Optimizer optimizer, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            optimizer.ZeroGrad();
            // One layer misses every third step.
            net[0].RequireGrad(step % 3 != 2);
            Losses.MeanSquaredError(net.Call(Check.Random((ulong)step, 5, 6)), Check.Random((ulong)(1000 + step), 5, 3)).Backward();
            optimizer.LearningRate = optimizer.BaseLearningRate * (1 + step % 4);
            optimizer.Step();
        }
        net.RequireGrad(true);
    }

    private static void Same(Module expected, Module actual, string what)
    {
        foreach (var (name, value) in expected.StateDict())
            Check.Same(value, actual.StateDict()[name], $"{what}, {name}");
    }

    [Theory, MemberData(nameof(Names))]
    public void ResumingGivesTheSameBits(string name)
    {
        var (whole, optimizer) = (Net(), OptimizerCases.Make(name));
        optimizer.Bind(whole);
        Train(whole, optimizer, 0, 20);

        var (first, before) = (Net(), OptimizerCases.Make(name));
        before.Bind(first);
        Train(first, before, 0, 9);
        string folder = Directory.CreateTempSubdirectory("hebb").FullName;
        try
        {
            Safetensors.Save(Path.Combine(folder, "net"), first.StateDict());
            Safetensors.Save(Path.Combine(folder, "state"), before.State());
            var (second, after) = (Net(2), OptimizerCases.Make(name));
            second.LoadWeights(Path.Combine(folder, "net"));
            after.Bind(second);
            after.LoadState(Safetensors.Load(Path.Combine(folder, "state")).Tensors);
            Train(second, after, 9, 20);
            Same(whole, second, name);
            Assert.Equal(optimizer.State().Keys.Order(), after.State().Keys.Order());
            foreach (var (key, value) in optimizer.State())
                Check.Same(value, after.State()[key], $"{name}, {key}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void ThreadsDoNotMatter(string name)
    {
        Sequential Trained(int threads)
        {
            using var limit = ParallelFor.Limit(threads);
            var rng = new Rng(1);
            var net = new Sequential(new Linear(300, 200, rng: rng), new ReLU(), new Linear(200, 3, rng: rng));
            var optimizer = OptimizerCases.Make(name);
            optimizer.Bind(net);
            for (int i = 0; i < 4; i++)
            {
                optimizer.ZeroGrad();
                Losses.CrossEntropy(net.Call(Check.Random((ulong)i, 40, 300)), Tensor.Arange(40).Remainder(3)).Backward();
                GradientClipping.ByNorm(net.Parameters(), 0.5);
                optimizer.Step();
            }
            return net;
        }
        Same(Trained(1), Trained(2), name);
    }

    [Fact]
    public void BindingAgainKeepsTheState()
    {
        var (net, twice, once) = (Net(), new AdamW(0.1), new AdamW(0.1));
        var other = Net();
        twice.Bind(net);
        once.Bind(other);
        Train(net, twice, 0, 5);
        twice.Bind(net);
        Train(net, twice, 5, 10);
        Train(other, once, 0, 10);
        Same(other, net, "bound twice");
        twice.Bind([.. net.Parameters().Skip(2)]);
        Assert.Equal(["2.bias.step", "2.weight.step"], twice.State().Keys.Where(k => k.EndsWith("step")).Order());
        Assert.Equal(10, twice.State()["2.bias.step"].Item());
    }

    [Fact]
    public void EqualNamesOfTwoModelsAreToldApart()
    {
        var (a, b) = (Net(1), Net(2));
        var optimizer = new SGD(0.1, momentum: 0.9);
        optimizer.Bind([.. a.Parameters(), .. b.Parameters()]);
        (a.Call(Check.Random(1, 2, 6)) - b.Call(Check.Random(1, 2, 6))).Square().Sum().Backward();
        optimizer.Step();
        Assert.Equal(16, optimizer.State().Count);
        Assert.Contains("0.weight#2.momentum_buffer", optimizer.State().Keys);
    }

    [Fact]
    public void GroupsHaveFactorsOfTheirOwn()
    {
        var net = Net();
        var before = net.StateDict().ToDictionary(t => t.Key, t => t.Value.Clone());
        var optimizer = new AdamW(0.1, weightDecay: 0.5)
        {
            Groups = [new ParameterGroup((name, _) => name.StartsWith("2.")) { LearningRateFactor = 0 }, ParameterGroup.NoDecay],
        };
        optimizer.Bind(net);
        foreach (var parameter in net.Parameters())
            parameter.Grad = Tensor.ZerosLike(parameter);
        optimizer.Step();
        var after = net.StateDict();
        Check.Close(before["0.weight"] * 0.95, after["0.weight"], 1e-6, "0.weight decays");
        Check.Same(before["0.bias"], after["0.bias"], "0.bias does not decay");
        Check.Same(before["2.weight"], after["2.weight"], "2.weight does not move");
    }

    [Fact]
    public void HalvesAreTrainedBehindAFloat32Master()
    {
        var start = Tensor.Ones([3]);
        var (half, full) = (new Parameter(start.To(DType.BFloat16)), new Parameter(start.Clone()));
        Optimizer a = new SGD(1e-3), b = new SGD(1e-3);
        a.Bind([half]);
        b.Bind([full]);
        for (int i = 0; i < 100; i++)
        {
            (half.Grad, full.Grad) = (Tensor.Ones([3], DType.BFloat16), Tensor.Ones([3]));
            a.Step();
            b.Step();
        }
        // Steps of 0.001 from 1 would each be lost in 8 bits.
        Check.Same(full.Value.Detach().To(DType.BFloat16), half.Value.Detach(), "parameter");
        Check.Same(full.Value.Detach(), a.State()["0.master"], "master");
        half.Assign(Tensor.Zeros([3]));
        half.Grad = Tensor.Ones([3], DType.BFloat16);
        a.Step();
        Assert.Equal(-1e-3f, a.State()["0.master"].ToArray<float>()[0]);
    }

    [Fact]
    public void HalvesResume()
    {
        (Parameter, Optimizer) Make()
        {
            var parameter = new Parameter(Check.Random(1, 4).To(DType.Float16));
            var optimizer = new AdamW(1e-3);
            optimizer.Bind([parameter]);
            return (parameter, optimizer);
        }
        void Steps(Parameter p, Optimizer o, int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                p.Grad = Check.Random((ulong)i, 4).To(DType.Float16);
                o.Step();
            }
        }
        var (whole, optimizer) = Make();
        Steps(whole, optimizer, 0, 10);
        var (first, before) = Make();
        Steps(first, before, 0, 5);
        var (second, after) = Make();
        second.Assign(first.Value.Detach());
        after.LoadState(before.State());
        Steps(second, after, 5, 10);
        Check.Same(whole.Value.Detach(), second.Value.Detach(), "parameter");
        Check.Same(optimizer.State()["0.master"], after.State()["0.master"], "master");
    }

    [Fact]
    public void ParametersThatAreViewsAreTrained()
    {
        var parameter = new Parameter(Tensor.Arange(6, DType.Float32).Reshape(2, 3).MT);
        var optimizer = new SGD(1);
        optimizer.Bind([parameter]);
        parameter.Grad = Tensor.Ones([3, 2]);
        optimizer.Step();
        Assert.Equal([-1f, 2, 0, 3, 1, 4], parameter.Value.Detach().ToArray<float>());
    }

    [Fact]
    public void StateOutlivesScopes()
    {
        var (net, optimizer) = (Net(), new AdamW(0.01));
        optimizer.Bind(net);
        using (TensorScope.Open())
            Train(net, optimizer, 0, 2);
        net.ZeroGrad();
        Train(net, optimizer, 2, 4);
        var (other, reference) = (Net(), new AdamW(0.01));
        reference.Bind(other);
        Train(other, reference, 0, 4);
        Same(other, net, "after scopes");
    }

    [Fact]
    public void ChangingTheTypeKeepsTraining()
    {
        var (net, optimizer) = (Net(), new AdamW(0.01));
        optimizer.Bind(net);
        Train(net, optimizer, 0, 2);
        net.To(DType.Float64);
        net.Call(Check.Random(1, 2, 6).To(DType.Float64)).Sum().Backward();
        optimizer.Step();
        Assert.Equal(DType.Float64, optimizer.State()["0.weight.exp_avg"].DType);
        Assert.Equal(3, optimizer.State()["2.weight.step"].Item());
    }

    private sealed class SignMomentum(double lr) : Optimizer(lr)
    {
        protected override IReadOnlyList<string> Entries => ["sum"];

        protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
        {
            var sum = state.GetOrZeros("sum", parameter);
            sum.CopyFrom(sum + gradient);
            parameter.CopyFrom(parameter - sum.Sign() * RateOf(state));
        }
    }

    [Fact]
    public void UsersWriteTheirOwn()
    {
        var parameter = new Parameter(Tensor.Zeros([2]));
        var optimizer = new SignMomentum(0.5) { Groups = [new ParameterGroup((_, _) => true) { LearningRateFactor = 2 }] };
        optimizer.Bind([parameter]);
        foreach (float[] gradient in new[] { new[] { 3f, -1 }, [-1, 2], [1, 1] })
        {
            parameter.Grad = gradient;
            optimizer.Step();
        }
        Assert.Equal([-3f, -1], parameter.Value.Detach().ToArray<float>());
        Assert.Equal([3f, 2], optimizer.State()["0.sum"].ToArray<float>());
    }

    [Fact]
    public void StatesThatDoNotFitAreRefused()
    {
        var (net, optimizer) = (Net(), new AdamW(0.1));
        Check.Throws<HebbException>("AdamW: Step() before Bind(model): there is nothing to train", optimizer.Step);
        var idle = new AdamW(0.1);
        idle.Bind(new Sequential(new ReLU()));
        Check.Throws<HebbException>("AdamW: Step() where Bind was given a model without parameters: there is nothing to train", idle.Step);
        Check.Throws<HebbException>("AdamW: LoadState() before Bind(model): there is nothing to train", () => optimizer.LoadState(new Dictionary<string, Tensor>()));
        optimizer.Bind(net);
        Train(net, optimizer, 0, 1);
        var state = optimizer.State().ToDictionary();
        state["2.bias.exp_avg"] = Tensor.Zeros([4]);
        state["3.bias.step"] = Tensor.Scalar(1);
        state.Remove("0.weight.exp_avg_sq");
        Check.Throws<CheckpointException>(
            "the state does not fit this AdamW and what it is bound to: missing 0.weight.exp_avg_sq; unexpected 3.bias.step; of another shape 2.bias.exp_avg ([4] for [3])",
            () => optimizer.LoadState(state));
        Assert.Equal(1, optimizer.State()["2.bias.step"].Item());
        var amsgrad = new AdamW(0.1, amsgrad: true);
        amsgrad.Bind(net);
        Assert.StartsWith("the state does not fit this AdamW and what it is bound to: missing 0.weight.max_exp_avg_sq", Assert.Throws<CheckpointException>(() => amsgrad.LoadState(optimizer.State())).Message);
    }

    [Fact]
    public void OptionsAreChecked()
    {
        Check.Throws<HebbException>("SGD: lr -1 is not 0 or more", () => new SGD(-1));
        Check.Throws<HebbException>("SGD: Nesterov's momentum needs a momentum above 0 and no dampening", () => new SGD(1, nesterov: true));
        Check.Throws<HebbException>("AdamW: beta1 1 is not from 0 to below 1", () => new AdamW(beta1: 1));
        Check.Throws<HebbException>("Adam: eps NaN is not 0 or more", () => new Adam(eps: double.NaN));
    }
}
