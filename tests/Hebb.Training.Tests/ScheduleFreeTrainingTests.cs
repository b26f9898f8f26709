using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>An optimizer that trains other weights than those that are used: validated, called back and left with the average, resumed with what it trains.</summary>
public class ScheduleFreeTrainingTests
{
    private sealed class Watch(ScheduleFreeAdamW optimizer, List<float[]> seen) : Callback
    {
        public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
        {
            seen.Add(TinyData.Weights(context.Model));
            Assert.Contains("call Train() first", Assert.Throws<HebbException>(optimizer.Step).Message);
        }
    }

    private static (float[] Weights, List<float[]> Seen, double[] Values) Run(string? folder, int epochs, bool resume)
    {
        Rng.SetSeed(resume ? 99u : 11u);
        var model = new Sequential(new Linear(16), new ReLU(), new Linear(3));
        var optimizer = new ScheduleFreeAdamW(0.02);
        var seen = new List<float[]>();
        var options = new TrainerOptions
        {
            Callbacks = [new Watch(optimizer, seen)],
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder },
            Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
        };
        var trainer = new Trainer(model, optimizer, Losses.CrossEntropy, options);
        if (resume)
            trainer.Resume();
        var history = trainer.Fit(TinyData.Classes(40).Batches(8, shuffle: true, seed: 3), epochs, TinyData.Classes(20, seed: 8).Batches(5));
        Assert.Equal(history[^1].Values["val_loss"], trainer.Evaluate(TinyData.Classes(20, seed: 8).Batches(5)).Loss, 6);
        return (TinyData.Weights(model), seen, [.. history.SelectMany(e => e.Values.Values)]);
    }

    [Fact]
    public void TheAverageIsUsedAndTheRestTrained()
    {
        using var folder = new TemporaryFolder();
        var whole = Run(null, 4, resume: false);
        Assert.Equal(whole.Seen[^1], whole.Weights);
        Run(folder.Root, 2, resume: false);
        var resumed = Run(folder.Root, 4, resume: true);
        Assert.Equal(whole.Weights, resumed.Weights);
        Assert.Equal(whole.Values, resumed.Values);
        // A run that had ended is left with the average too.
        Assert.Equal(whole.Weights, Run(folder.Root, 4, resume: true).Weights);
    }
}
