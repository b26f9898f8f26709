using Hebb.Data;

namespace Hebb.Training.Tests;

public class LearningRateFinderTests
{
    private static Trainer Make(TrainerOptions? options = null)
    {
        Rng.SetSeed(2);
        var model = new Sequential(new Linear(4, 32), new BatchNorm1d(32), new Tanh(), new Dropout(0.1), new Linear(32, 3));
        return new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy, options);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void EverythingIsAsBefore(bool compile, int accumulation)
    {
        float[] Train(bool sweeps)
        {
            var trainer = Make(new() { Compile = compile, AccumulationSteps = accumulation, Schedule = new CosineSchedule() });
            var data = TinyData.Classes().Batches(10, shuffle: true, seed: 3);
            if (sweeps)
                trainer.FindLearningRate(data, steps: 12);
            trainer.Fit(data, 2);
            if (sweeps)
                trainer.FindLearningRate(data, steps: 12);
            trainer.Fit(data, 1);
            return [.. TinyData.Weights(trainer.Model), (float)trainer.Optimizer.LearningRate];
        }
        Assert.Equal(Train(false), Train(true));
    }

    [Fact]
    public void RatesRiseAndTheSuggestionTrains()
    {
        var trainer = Make();
        var data = TinyData.Classes(400).Batches(20, shuffle: true);
        var sweep = trainer.FindLearningRate(data, start: 1e-6, end: 100, steps: 80);
        Assert.Equal(1e-6, sweep.Rates[0], 1e-18);
        for (int i = 1; i < sweep.Rates.Count; i++)
            Assert.Equal(Math.Pow(1e8, 1 / 79.0), sweep.Rates[i] / sweep.Rates[i - 1], 1e-9);
        Assert.InRange(sweep.Suggestion!.Value, 1e-4, 1);
        Assert.True(sweep.Suggestion < sweep.Minimum);
        Assert.Matches(@"^learning rates 1e-6 to \S+ in \d+ steps: try \S+; it is lowest at \S+$", sweep.ToString());
        var tuned = new Trainer(trainer.Model, new AdamW(lr: sweep.Suggestion.Value), Losses.CrossEntropy);
        var history = tuned.Fit(data, 3);
        Assert.True(history[2]["loss"] < 0.6 * sweep.Losses[0], history.ToString());
    }

    [Fact]
    public void TheSmoothedLossIsAMeanWithoutBias()
    {
        var sweep = new LearningRateSweep([1, 2, 4, 8, 16], [4, 2, 1, 1, 9], smoothing: 0.5);
        Assert.Equal([4, (0.25 * 4 + 0.5 * 2) / 0.75, (0.125 * 4 + 0.25 * 2 + 0.5) / 0.875], sweep.Smoothed.Take(3), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal((2, 8), (sweep.Suggestion, sweep.Minimum));
        Assert.Null(new LearningRateSweep([1, 2, 4], [1, 2, 3], 0).Suggestion);
    }

    [Fact]
    public void ASweepEndsWhereTheLossExplodes()
    {
        Rng.SetSeed(2);
        var trainer = new Trainer(new Sequential(new Linear(4, 16), new ReLU(), new Linear(16, 1)), new SGD(lr: 0.1), (y, t) => (y.Squeeze(1) - t.To(DType.Float32)).Square().Mean());
        var sweep = trainer.FindLearningRate(TinyData.Classes().Batches(10), start: 1e-4, end: 1e4, steps: 60);
        Assert.True(sweep.Rates.Count < 60);
        Assert.NotNull(sweep.StopReason);
        using var folder = new TemporaryFolder();
        sweep.WriteReport(folder["sweep.html"]);
        Assert.Contains("<svg", File.ReadAllText(folder["sweep.html"]));
    }

    [Fact]
    public void WhatCannotBeSweptIsSaid()
    {
        var data = TinyData.Classes().Batches(10);
        Assert.Contains("rates must be positive and rise", Assert.Throws<HebbException>(() => Make().FindLearningRate(data, start: 0)).Message);
        Assert.Throws<HebbException>(() => Make().FindLearningRate(data, steps: 2));
        Assert.Throws<HebbException>(() => Make().FindLearningRate(data, smoothing: 1));
        Assert.Throws<DataException>(() => Make().FindLearningRate(TinyData.Classes(0).Batches(10)));
    }
}
