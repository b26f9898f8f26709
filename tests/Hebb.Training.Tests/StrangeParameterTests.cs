using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Parameters that a step uses though they are not the model's.</summary>
public class StrangeParameterTests
{
    private static (float[] Weights, ListLogger Log) Train(bool compile, bool frozen, int accumulation, Action<Linear, long>? then = null)
    {
        var head = new Linear(3, 3, rng: new Rng(4));
        if (frozen)
            head.RequireGrad(false);
        var log = new ListLogger();
        var model = new Sequential(new Linear(4, 3, rng: new Rng(5)));
        LossFunction loss = (y, t) => Losses.CrossEntropy(head.Call(y), t);
        var trainer = new Trainer(model, new SGD(lr: 0.1), loss, new()
        {
            Compile = compile,
            Logger = log,
            AccumulationSteps = accumulation,
            Callbacks = [new Steps((_, s) => then?.Invoke(head, s.Step))],
        });
        trainer.Fit(TinyData.Classes().Batches(10), epochs: 3);
        Assert.All(head.Parameters(), p => Assert.Null(p.Grad));
        return (TinyData.Weights(model), log);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    public void WhatNobodyTrainsIsSaidOnce(bool compile, int accumulation)
    {
        var (weights, log) = Train(compile, frozen: false, accumulation);
        string warning = Assert.Single(log.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains("the loss depends on 2 trainable parameters outside the model (", warning);
        var (expected, quiet) = Train(false, frozen: true, accumulation);
        Assert.Equal(expected, weights);
        Assert.DoesNotContain(quiet.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public void ChangesOfThemReachCompiledSteps()
    {
        void Change(Linear head, long step)
        {
            if (step == 6)
                head.Weight.Assign(Tensor.Full([3, 3], 0.25));
            if (step == 9)
                head.RequireGrad(true);
        }
        Assert.Equal(Train(false, frozen: true, 1, Change).Weights, Train(true, frozen: true, 1, Change).Weights);
    }
}
