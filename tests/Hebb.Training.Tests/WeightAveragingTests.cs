using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Averages of weights in training: what they are, where they stand in, and after an interruption.</summary>
public class WeightAveragingTests
{
    /// <summary>Notes the weights after steps, passes and validations.</summary>
    private sealed class Notes(List<float[]> steps, List<float[]> passes) : Callback
    {
        public override void OnStepEnd(TrainingContext context, in StepResult step) => steps.Add(TinyData.Weights(context.Model));

        public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => passes.Add(TinyData.Weights(context.Model));
    }

    private sealed record Outcome(float[] Weights, List<float[]> Steps, List<float[]> Passes, double LastLoss, double Evaluated);

    private static Outcome Run(Func<WeightAveraging> make, string? folder = null, int epochs = 4, bool resume = false)
    {
        Rng.SetSeed(resume ? 99u : 11u);
        var model = new Sequential(new Linear(16), new BatchNorm1d(16), new ReLU(), new Linear(3));
        List<float[]> steps = [], passes = [];
        var options = new TrainerOptions
        {
            Callbacks = [make(), new Notes(steps, passes)],
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder },
            Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
        };
        var trainer = new Trainer(model, new SGD(0.1, momentum: 0.9), Losses.CrossEntropy, options);
        if (resume)
            trainer.Resume();
        var validation = TinyData.Classes(20, seed: 8);
        var history = trainer.Fit(TinyData.Classes(40).Batches(8, shuffle: true, seed: 3), epochs, validation.Batches(5));
        return new Outcome(TinyData.Weights(model), steps, passes, history[^1].Values["val_loss"], trainer.Evaluate(validation.Batches(5)).Loss);
    }

    [Fact]
    public void ExponentialAfterEachStep()
    {
        var outcome = Run(() => new WeightAveraging(0.8));
        double[] expected = Array.ConvertAll(outcome.Steps[0], w => (double)w);
        foreach (float[] step in outcome.Steps.Skip(1))
        {
            for (int i = 0; i < expected.Length; i++)
                expected[i] += 0.2 * (step[i] - expected[i]);
        }
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], outcome.Weights[i], 1e-5);
        // Validated with the averages, trained without them.
        Assert.Equal(outcome.Evaluated, outcome.LastLoss, 1e-6);
        Assert.Equal(outcome.Steps[^1], outcome.Passes[^1]);
        Assert.NotEqual(outcome.Passes[^1], outcome.Weights);
    }

    [Fact]
    public void TheMeanOfTheLastPasses()
    {
        var outcome = Run(() => new WeightAveraging(null, ScheduleUnit.Epoch, start: 1));
        for (int i = 0; i < outcome.Weights.Length; i++)
            Assert.Equal(outcome.Passes.Skip(1).Average(p => p[i]), outcome.Weights[i], 1e-5);
        Assert.Equal(outcome.Evaluated, outcome.LastLoss, 1e-6);
    }

    [Theory, InlineData(ScheduleUnit.Step), InlineData(ScheduleUnit.Epoch)]
    public void InterruptedRunsEndAlike(ScheduleUnit every)
    {
        WeightAveraging Make() => new(0.7, every, start: 1, warmup: true);
        using var folder = new TemporaryFolder();
        var whole = Run(Make);
        foreach (int epochs in new[] { 1, 2 })
            Run(Make, folder.Root, epochs, resume: epochs > 1);
        Assert.Equal(whole.Weights, Run(Make, folder.Root, 4, resume: true).Weights);
        Assert.Equal(whole.Weights, Run(Make, folder.Root, 4, resume: true).Weights);
        Assert.Throws<HebbException>(() => new WeightAveraging(1));
    }
}
