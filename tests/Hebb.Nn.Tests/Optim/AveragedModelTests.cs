namespace Hebb.Nn.Tests;

/// <summary>Averages of weights: the mean of all, exponential ones, in compiled steps, swapped in, saved; and batch statistics computed anew.</summary>
public class AveragedModelTests
{
    private static Sequential Net()
    {
        var rng = new Rng(1);
        return new Sequential(new Linear(6, 8, rng: rng), new BatchNorm1d(8), new Tanh(), new Linear(8, 3, rng: rng));
    }

    private static void Train(Sequential net, Optimizer optimizer, AveragedModel average, int from, int to, bool compiles = false)
    {
        Tensor[] Step(Tensor[] batch)
        {
            optimizer.ZeroGrad();
            var loss = Losses.MeanSquaredError(net.Call(batch[0]), batch[1]);
            loss.Backward();
            optimizer.Step();
            optimizer.ZeroGrad();
            average.Update();
            return [loss.Detach()];
        }
        var step = compiles ? Transform.Compile(Step, net) : null;
        for (int i = from; i < to; i++)
        {
            Tensor[] batch = [Check.Random((ulong)i, 5, 6), Check.Random((ulong)(100 + i), 5, 3)];
            _ = step?.Call(batch) ?? Step(batch);
        }
        Assert.Null(step?.FallbackReason);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0.9, false)]
    [InlineData(0.9, true)]
    public void AveragesAreThose(double? decay, bool warmup)
    {
        var parameter = new Linear(2, 1, bias: false);
        var average = new AveragedModel(parameter, decay, warmup: warmup);
        double[] expected = [0, 0];
        for (int n = 0; n < 30; n++)
        {
            var value = Check.Random((ulong)n, 1, 2);
            parameter.Weight.Assign(value);
            average.Update();
            double share = n == 0 ? 1 : decay is null ? 1.0 / (n + 1) : 1 - (warmup ? Math.Min(decay.Value, (1.0 + n) / (10 + n)) : decay.Value);
            for (int j = 0; j < 2; j++)
                expected[j] += share * (value[0, j].Item() - expected[j]);
            Check.Close(Tensor.From(expected).Reshape(1, 2), average.Averages["weight"], 1e-6, $"update {n}");
        }
        Assert.Equal(30, average.Count);
    }

    [Theory, InlineData(DType.Float32), InlineData(DType.Float64), InlineData(DType.BFloat16)]
    public void CompiledStepsGiveTheSameBits(DType dtype)
    {
        AveragedModel Run(bool compiles)
        {
            var net = Net();
            net.To(dtype);
            var optimizer = new AdamW(0.01);
            optimizer.Bind(net);
            var average = new AveragedModel(net, 0.9, useBuffers: true, warmup: true);
            Tensor[] Step(Tensor[] batch)
            {
                var loss = Losses.MeanSquaredError(net.Call(batch[0]), batch[1]);
                loss.Backward();
                optimizer.Step();
                optimizer.ZeroGrad();
                average.Update();
                return [loss.Detach()];
            }
            var step = compiles ? Transform.Compile(Step, net) : null;
            for (int i = 0; i < 6; i++)
            {
                Tensor[] batch = [Check.Random((ulong)i, 5, 6).To(dtype), Check.Random((ulong)(100 + i), 5, 3).To(dtype)];
                _ = step?.Call(batch) ?? Step(batch);
            }
            Assert.Null(step?.FallbackReason);
            return average;
        }
        var (eager, compiled) = (Run(false), Run(true));
        Assert.Equal((6, 6), (eager.Count, compiled.Count));
        foreach (var (name, value) in eager.Averages)
            Check.Same(value, compiled.Averages[name], name);
        Assert.Equal(6, eager.Averages["1.num_batches_tracked"].Item());
        Assert.Equal(dtype == DType.BFloat16 ? DType.Float32 : dtype, eager.Averages["0.weight"].DType);
    }

    [Fact]
    public void SwappedInAndOut()
    {
        var net = Net();
        var optimizer = new SGD(0.1);
        optimizer.Bind(net);
        var average = new AveragedModel(net);
        Check.Throws<HebbException>("AveragedModel: there are no averages before the first Update()", () => average.Swap());
        Train(net, optimizer, average, 0, 4);
        var own = net.StateDict().ToDictionary(t => t.Key, t => t.Value.Clone());
        using (average.Swap())
        {
            foreach (var (name, value) in average.Averages)
                Check.Same(value, net.StateDict()[name], name);
            Assert.NotEqual(own["0.weight"].Sum().Item(), net.StateDict()["0.weight"].Sum().Item());
        }
        foreach (var (name, value) in own)
            Check.Same(value, net.StateDict()[name], name);
        var other = Net();
        average.CopyTo(other);
        Check.Same(average.Averages["3.weight"], other.StateDict()["3.weight"], "copied");
        Check.Throws<CheckpointException>("AveragedModel: the model has no 0.weight of [8, 6]", () => average.CopyTo(new Sequential(new Linear(2, 2))));
    }

    [Fact]
    public void ResumingGivesTheSameBits()
    {
        var (whole, parted) = (Net(), Net());
        var (a, b) = (new SGD(0.1), new SGD(0.1));
        a.Bind(whole);
        b.Bind(parted);
        var (one, two) = (new AveragedModel(whole), new AveragedModel(parted));
        Train(whole, a, one, 0, 6);
        Train(parted, b, two, 0, 3);
        var three = new AveragedModel(parted);
        three.LoadState(two.State());
        Train(parted, b, three, 3, 6);
        foreach (var (name, value) in one.State())
            Check.Same(value, three.State()[name], name);
        Check.Throws<CheckpointException>("the state does not fit the model of this AveragedModel: weight is missing", () => new AveragedModel(new Linear(2, 2)).LoadState(one.State()));
        Check.Throws<CheckpointException>("the state of AveragedModel has no n_averaged", () => one.LoadState(new Dictionary<string, Tensor>()));
        Check.Throws<HebbException>("AveragedModel: decay 1 is not from 0 to below 1", () => new AveragedModel(whole, 1));
    }

    [Fact]
    public void BatchStatisticsAreComputedAnew()
    {
        var net = Net();
        var norm = (BatchNorm1d)net[1];
        net.Eval();
        net[3].Train();
        Tensor[] batches = [Check.Random(1, 4, 6), Check.Random(2, 4, 6), Check.Random(3, 4, 6)];
        AveragedModel.UpdateBatchNorm(net, batches);
        Tensor[] inner = [.. batches.Select(b => net[0].Call(b).Detach())];
        Check.Close(Tensor.Stack([.. inner.Select(x => x.Mean(0))]).Mean(0), norm.RunningMean!, 1e-5, "mean");
        Check.Close(Tensor.Stack([.. inner.Select(x => x.Var(0))]).Mean(0), norm.RunningVar!, 1e-5, "variance");
        Assert.Equal(0.1, norm.Momentum);
        Assert.Equal((false, false, true), (net.Training, norm.Training, net[3].Training));
        AveragedModel.UpdateBatchNorm(new Linear(2, 2), [Tensor.Zeros([3, 7])]);
    }
}
