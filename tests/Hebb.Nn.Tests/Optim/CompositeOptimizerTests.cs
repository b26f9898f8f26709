namespace Hebb.Nn.Tests;

/// <summary>Optimizers made of others: who trains what, rates in proportion, momentum, closures, states.</summary>
public class CompositeOptimizerTests
{
    private static Sequential Net()
    {
        var rng = new Rng(1);
        return new Sequential(new Linear(6, 8, rng: rng), new Tanh(), new Linear(8, 3, rng: rng));
    }

    private static Tensor Loss(Sequential net, int seed) => Losses.MeanSquaredError(net.Call(Check.Random((ulong)seed, 5, 6)), Check.Random((ulong)(1000 + seed), 5, 3));

    [Fact]
    public void EachGroupIsTrainedByItsOwn()
    {
        var (net, other) = (Net(), Net());
        var groups = new OptimizerGroups(((name, _) => name.StartsWith('0'), new SGD(0.1, momentum: 0.9)), ((_, _) => true, new AdamW(0.02, weightDecay: 0.3)));
        groups.Bind(net);
        var (sgd, adam) = (new SGD(0.1, momentum: 0.9), new AdamW(0.02, weightDecay: 0.3));
        sgd.Bind([.. other.Parameters().Take(2)]);
        adam.Bind([.. other.Parameters().Skip(2)]);
        for (int i = 0; i < 4; i++)
        {
            groups.LearningRate = 0.1 * (i + 1);
            (sgd.LearningRate, adam.LearningRate) = (0.1 * (i + 1), 0.02 * (i + 1));
            Assert.Equal(adam.LearningRate, groups.Parts[1].LearningRate, 12);
            groups.ZeroGrad();
            Loss(net, i).Backward();
            groups.Step();
            sgd.ZeroGrad();
            adam.ZeroGrad();
            Loss(other, i).Backward();
            sgd.Step();
            adam.Step();
        }
        foreach (var (name, value) in other.StateDict())
            Check.Close(value, net.StateDict()[name], 1e-6, name);
        Assert.Equal(net.Parameters(), groups.Parameters);
        Assert.Equal(["0.weight.momentum_buffer", "2.weight.exp_avg"], groups.State().Keys.Where(k => k is "0.weight.momentum_buffer" or "2.weight.exp_avg"));
    }

    [Fact]
    public void MomentumIsCycled()
    {
        var groups = new OptimizerGroups(((name, _) => name.StartsWith('0'), new Adagrad()), ((_, _) => true, new AdamW()));
        Assert.Equal(0.9, groups.Momentum);
        groups.Momentum = 0.8;
        Assert.Equal((null, 0.8), (groups.Parts[0].Momentum, groups.Parts[1].Momentum));
        Check.Throws<HebbException>("Adagrad: has no momentum that can be set", () => new Adagrad().Momentum = 0.5);
        Check.Throws<HebbException>("SGD: a momentum of 1 is not from 0 to below 1", () => new SGD(0.1, momentum: 0.5).Momentum = 1);

        var (net, other) = (Net(), Net());
        var (cycled, fixedAt) = (new SGD(0.1, momentum: 0.9), new SGD(0.1, momentum: 0.5));
        cycled.Bind(net);
        fixedAt.Bind(other);
        cycled.Momentum = 0.5;
        var step = Transform.Compile(batch =>
        {
            var loss = Losses.MeanSquaredError(net.Call(batch[0]), batch[1]);
            loss.Backward();
            cycled.Step();
            cycled.ZeroGrad();
            return [loss.Detach()];
        }, net);
        for (int i = 0; i < 5; i++)
        {
            // The compiled step reads it in every call.
            cycled.Momentum = fixedAt.Momentum = 0.5 + 0.05 * i;
            step.Call(Check.Random((ulong)i, 5, 6), Check.Random((ulong)(1000 + i), 5, 3));
            fixedAt.ZeroGrad();
            Loss(other, i).Backward();
            fixedAt.Step();
        }
        Assert.Null(step.FallbackReason);
        foreach (var (name, value) in other.StateDict())
            Check.Same(value, net.StateDict()[name], name);
    }

    [Fact]
    public void SamIsCompiled()
    {
        Sequential Trained(bool compiles)
        {
            var net = Net();
            var sam = new SAM(new AdamW(0.01), rho: 0.1);
            sam.Bind(net);
            Tensor[] Step(Tensor[] batch) =>
            [
                sam.Step(() =>
                {
                    sam.ZeroGrad();
                    var loss = Losses.MeanSquaredError(net.Call(batch[0]), batch[1]);
                    loss.Backward();
                    return loss;
                }),
            ];
            var step = compiles ? Transform.Compile(batch =>
            {
                var results = Step(batch);
                sam.ZeroGrad();
                return results;
            }, net) : null;
            for (int i = 0; i < 5; i++)
            {
                Tensor[] batch = [Check.Random((ulong)i, 5, 6), Check.Random((ulong)(1000 + i), 5, 3)];
                _ = step?.Call(batch) ?? Step(batch);
            }
            Assert.Null(step?.FallbackReason);
            return net;
        }
        var (eager, compiled) = (Trained(false), Trained(true));
        foreach (var (name, value) in eager.StateDict())
            Check.Same(value, compiled.StateDict()[name], name);
    }

    [Fact]
    public void AnyOptimizerTakesAClosure()
    {
        var (net, other) = (Net(), Net());
        var (a, b) = (new AdamW(0.01), new Lookahead(new AdamW(0.01), k: 100));
        a.Bind(net);
        b.Bind(other);
        Loss(net, 1).Backward();
        a.Step();
        var loss = b.Step(() =>
        {
            b.ZeroGrad();
            var value = Loss(other, 1);
            value.Backward();
            return value;
        });
        Assert.Equal(Loss(Net(), 1).Item(), loss.Item());
        Assert.False(loss.RequiresGrad);
        foreach (var (name, value) in net.StateDict())
            Check.Same(value, other.StateDict()[name], name);
    }

    [Fact]
    public void WrappersWrapWrappers()
    {
        Sequential Trained(Func<Optimizer> make)
        {
            var net = Net();
            var optimizer = make();
            optimizer.Bind(net);
            for (int i = 0; i < 4; i++)
            {
                optimizer.Step(() =>
                {
                    optimizer.ZeroGrad();
                    var loss = Loss(net, i);
                    loss.Backward();
                    return loss;
                });
            }
            return net;
        }
        // With no way to climb and slow weights that never meet the fast ones, only the innermost is left.
        var plain = Trained(() => new SGD(0.1));
        foreach (var make in new Func<Optimizer>[]
        {
            () => new SAM(new Lookahead(new SGD(0.1), k: 100), rho: 0),
            () => new Lookahead(new SAM(new SGD(0.1), rho: 0), k: 100),
            () => new SAM(new OptimizerGroups(((name, _) => name.StartsWith('0'), new SGD(0.1)), ((_, _) => true, new Lookahead(new SGD(0.1), k: 100))), rho: 0),
        })
        {
            var net = Trained(make);
            foreach (var (name, value) in plain.StateDict())
                Check.Same(value, net.StateDict()[name], name);
        }
    }

    [Fact]
    public void Errors()
    {
        Check.Throws<HebbException>("OptimizerGroups: no optimizers", () => new OptimizerGroups());
        Check.Throws<HebbException>("OptimizerGroups: the first optimizer's learning rate is 0, which the others can't follow in proportion",
            () => new OptimizerGroups(((_, _) => true, new SGD(0)), ((_, _) => true, new SGD(1))));
        var groups = new OptimizerGroups(((name, _) => name.StartsWith('0'), new SGD(0.1)), ((name, _) => name.EndsWith("weight"), new SGD(1)));
        Check.Throws<HebbException>("OptimizerGroups: 2.bias belongs to no group; end with one that includes all, (_, _) => true", () => groups.Bind(Net()));
        Check.Throws<HebbException>("Lookahead: alpha 0 is not above 0 to 1", () => new Lookahead(new SGD(0.1), alpha: 0));
        Check.Throws<HebbException>("Lookahead: give Groups to the optimizers that it is made of", () => new Lookahead(new SGD(0.1)) { Groups = [ParameterGroup.NoDecay] }.Bind(Net()));
        Check.Throws<HebbException>("LBFGS: it knows no Groups: all parameters are one vector", () => new LBFGS { Groups = [ParameterGroup.NoDecay] }.Bind(Net()));
        Check.Throws<HebbException>("SAM: rho -1 is not 0 or more", () => new SAM(new SGD(0.1), -1));
        var two = new OptimizerGroups(((name, _) => name.StartsWith('0'), new SGD(0.1, momentum: 0.9)), ((_, _) => true, new AdamW()));
        two.Bind(Net());
        Check.Throws<CheckpointException>("the state does not fit this OptimizerGroups and what it is bound to: unexpected 7.weight.step", () => two.LoadState(new Dictionary<string, Tensor> { ["7.weight.step"] = Tensor.Scalar(1) }));
        Check.Throws<CheckpointException>("the state does not fit this SGD and what it is bound to: missing 0.weight.momentum_buffer", () => two.LoadState(new Dictionary<string, Tensor> { ["0.weight.step"] = Tensor.Scalar(1) }));
    }
}
