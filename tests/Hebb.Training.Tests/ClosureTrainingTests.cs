using Hebb.Data;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hebb.Training.Tests;

/// <summary>Optimizers that compute the loss several times a step: a trainer gives them the batch as often as they ask.</summary>
public class ClosureTrainingTests
{
    private static readonly TensorDataset s_data = TinyData.Classes(48);

    private static (float[] Weights, double[] Losses) Run(Optimizer optimizer, Module? model = null, int accumulate = 1, bool compile = true, int epochs = 2, string? folder = null, int batch = 8)
    {
        model ??= TinyData.Model();
        var trainer = new Trainer(model, optimizer, Losses.CrossEntropy, new TrainerOptions
        {
            AccumulationSteps = accumulate,
            Compile = compile,
            Logger = NullLogger.Instance,
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder },
        });
        if (folder is not null)
            trainer.Resume();
        var history = trainer.Fit(s_data.Batches(batch, seed: 3), epochs);
        return (TinyData.Weights(model), [.. history.Select(e => e.Values["loss"])]);
    }

    private static Sequential Plain()
    {
        Rng.SetSeed(5);
        return new Sequential(new Linear(4, 6), new Tanh(), new Linear(6, 3));
    }

    private static Optimizer Make(string name) => name == "SAM" ? new SAM(new SGD(0.1, momentum: 0.9)) : new LBFGS(maxIter: 4, lineSearch: LineSearch.StrongWolfe);

    private static void Near(float[] expected, float[] found, double tolerance) =>
        Assert.All(expected.Zip(found), p => Assert.Equal(p.First, p.Second, tolerance));

    [Theory, InlineData("SAM"), InlineData("LBFGS")]
    public void StepsAreThoseOfAClosureByHand(string name)
    {
        var model = Plain();
        var optimizer = Make(name);
        optimizer.Bind(model);
        var losses = new List<double>();
        for (int step = 0; step < 3; step++)
        {
            var batch = s_data.Batches(16).ElementAt(step);
            losses.Add(optimizer.Step(() =>
            {
                optimizer.ZeroGrad();
                var loss = Losses.CrossEntropy(model.Call(batch.Inputs), batch.Targets);
                loss.Backward();
                return loss;
            }).Item());
        }
        var trained = Run(Make(name), Plain(), epochs: 1, batch: 16);
        Near(TinyData.Weights(model), trained.Weights, 2e-4);
        Assert.Equal(losses.Average(), trained.Losses[0], 1e-4);
    }

    [Theory, InlineData("SAM"), InlineData("LBFGS")]
    public void CompiledOrNotTheBitsAreTheSame(string name)
    {
        // With dropout: a step is one function of the weights, so every evaluation draws what the first one drew.
        var (compiled, eager) = (Run(Make(name)), Run(Make(name), compile: false));
        Assert.Equal(eager.Weights, compiled.Weights);
        Assert.Equal(eager.Losses, compiled.Losses);
        Assert.True(compiled.Losses[^1] < compiled.Losses[0]);
    }

    [Theory, InlineData("SAM"), InlineData("LBFGS")]
    public void SeveralBatchesAreAsOne(string name) => Near(Run(Make(name), Plain(), batch: 16, epochs: 1).Weights, Run(Make(name), Plain(), accumulate: 4, batch: 4, epochs: 1).Weights, 2e-4);

    [Theory, InlineData("SAM"), InlineData("LBFGS")]
    public void RunsGoOn(string name)
    {
        var whole = Run(Make(name), epochs: 3);
        using var folder = new TemporaryFolder();
        Run(Make(name), epochs: 1, folder: folder.Root);
        Assert.Equal(whole.Weights, Run(Make(name), epochs: 3, folder: folder.Root).Weights);
    }

    [Fact]
    public void LbfgsSolvesLeastSquares()
    {
        var inputs = Tensor.Normal(0, 1, [64, 3], DType.Float64, key: new Rng(1).NextKey());
        var targets = inputs.MatMul(Tensor.From<double>([1, -2, 3], [3, 1])) + 0.5;
        var model = new Linear(3, 1);
        model.To(DType.Float64);
        var trainer = new Trainer(model, new LBFGS(maxIter: 30, lineSearch: LineSearch.StrongWolfe), Losses.MeanSquaredError, new TrainerOptions { Logger = NullLogger.Instance });
        trainer.Fit(new TensorDataset(inputs, targets).Batches(64), epochs: 2);
        Assert.Equal([1, -2, 3, 0.5], [.. model.Weight.Value.Detach().ToArray<double>().Select(w => Math.Round(w, 4)), Math.Round(model.Bias!.Value.Detach().ToArray<double>()[0], 4)]);
    }

    [Fact]
    public void WhatCanNotBeSaysSo()
    {
        var clipped = Assert.Throws<HebbException>(() => new Trainer(Plain(), new LBFGS(), Losses.CrossEntropy, new TrainerOptions { ClipNorm = 1 }));
        Assert.Contains("leave out ClipNorm", clipped.Message);
        var model = Plain();
        float[] before = TinyData.Weights(model);
        var error = Assert.Throws<TrainingException>(() => Run(new LBFGS(1e30), model, epochs: 1));
        Assert.Contains("at a point that LBFGS tried in step 1 (epoch 1", error.Message);
        Assert.Equal(before, TinyData.Weights(model));
    }

    [Theory, InlineData("SAM"), InlineData("LBFGS")]
    public void PlansAreOfOneEvaluation(string name)
    {
        var trainer = new Trainer(Plain(), Make(name), Losses.CrossEntropy, new TrainerOptions { Logger = NullLogger.Instance });
        trainer.Fit(s_data.Batches(16), 1);
        var plan = StepPlan.Of(trainer, s_data.Batches(16).First());
        Assert.Null(plan.Reason);
        Assert.NotNull(plan.Step);
        Assert.Equal(4L * (4 * 6 + 6 + 6 * 3 + 3), plan.GradientBytes);
    }
}
