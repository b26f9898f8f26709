using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Trainers that compile their steps, beside such that do not.</summary>
public partial class CompiledTrainingTests
{
    private sealed partial class Counting(Func<Tensor, Tensor>? then = null) : Module
    {
        public int Calls { get; private set; }

        public Sequential Inner { get; } = new(new Linear(4, 16, rng: new Rng(1)), new BatchNorm1d(16), new Tanh(), new Dropout(0.1, new Rng(2)), new Linear(16, 3, rng: new Rng(3)));

        protected override Tensor Forward(Tensor x)
        {
            Calls++;
            var y = Inner.Call(x);
            return then is null ? y : then(y);
        }
    }

    private static (Counting Model, History History) Fit(bool compile, TrainerOptions options, Func<Tensor, Tensor>? then = null, Optimizer? optimizer = null)
    {
        var model = new Counting(then);
        var data = TinyData.Classes().Batches(8, shuffle: true, seed: 5);
        var trainer = new Trainer(model, optimizer ?? new AdamW(lr: 0.01), Losses.CrossEntropy, options with { Compile = compile });
        return (model, trainer.Fit(data, epochs: 6));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public void TheBitsOfEagerSteps(bool clip, int accumulation)
    {
        var options = new TrainerOptions { ClipNorm = clip ? 0.5 : null, Schedule = new CosineSchedule(), AccumulationSteps = accumulation };
        var (eager, eagerHistory) = Fit(false, options);
        var (compiled, compiledHistory) = Fit(true, options);
        Assert.Equal(TinyData.Weights(eager), TinyData.Weights(compiled));
        for (int i = 0; i < eagerHistory.Count; i++)
            Assert.Equal(eagerHistory[i].Values, compiledHistory[i].Values);
        // Seven batches an epoch, the last one smaller. Compiled: each shape once op by op, and once more traced.
        Assert.Equal(42, eager.Calls);
        Assert.Equal(4, compiled.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OneTraceServesBatchesOfManySizes(bool norm)
    {
        (float[] Weights, int Calls) Train(bool compile)
        {
            var model = new Sized(norm);
            Rng.SetSeed(4);
            var trainer = new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Compile = compile });
            var runner = new StepRunner(trainer, new RunningMeans([]));
            model.Train();
            ulong at = 0;
            foreach (int size in (ReadOnlySpan<int>)[8, 8, 5, 5, 7, 3, 9, 4, 11, 8, 5, 3, 12, 7])
            {
                var targets = Enumerable.Range(0, size).Select(i => (long)(i % 3)).ToArray();
                runner.Run([new Batch(Tensor.RandN([size, 4], rng: new Rng(++at)), Tensor.From(targets))], new SchedulePoint((long)at, 14, 0, 1));
            }
            return (TinyData.Weights(model), model.Calls);
        }
        var (eager, eagerCalls) = Train(false);
        var (compiled, calls) = Train(true);
        Assert.Equal(eager, compiled);
        Assert.Equal(14, eagerCalls);
        // Two sizes op by op and traced, then three traces for all others; a layer that counts its samples needs one for each size.
        Assert.InRange(calls, 7, norm ? 14 + 4 : 7);
    }

    private sealed partial class Sized(bool norm) : Module
    {
        public int Calls { get; private set; }

        public Sequential Inner { get; } = norm
            ? new(new Linear(4, 16, rng: new Rng(1)), new BatchNorm1d(16), new Linear(16, 3, rng: new Rng(3)))
            : new(new Linear(4, 16, rng: new Rng(1)), new GELU(), new Dropout(0.1, new Rng(2)), new Linear(16, 3, rng: new Rng(3)));

        protected override Tensor Forward(Tensor x)
        {
            Calls++;
            return Inner.Call(x);
        }
    }

    [Fact]
    public void WhatCannotBeCompiledWarnsOnce()
    {
        var log = new ListLogger();
        var (model, _) = Fit(true, new TrainerOptions { Logger = log }, then: y => y.Sum().Item() > 1e6 ? y * 2 : y);
        string warning = Assert.Single(log.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains("training runs op by op, because a step can't be compiled: ", warning);
        Assert.Contains("can't be read inside Trace", warning);
        // One trace in vain.
        Assert.Equal(43, model.Calls);
    }

    [Fact]
    public void FrozenLayersStayFrozenAndThawedOnesLearn()
    {
        static float[] Train(bool compile)
        {
            var model = TinyData.Model();
            Rng.SetSeed(4);
            var data = TinyData.Classes().Batches(10, seed: 5);
            var callback = new Freezing(model);
            new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Compile = compile, Callbacks = [callback] }).Fit(data, epochs: 4);
            return TinyData.Weights(model);
        }
        Assert.Equal(Train(false), Train(true));
    }

    private sealed class Freezing(Sequential model) : Callback
    {
        public override void OnEpochBegin(TrainingContext context) => model[0].RequireGrad(context.Epoch != 2);
    }
}
