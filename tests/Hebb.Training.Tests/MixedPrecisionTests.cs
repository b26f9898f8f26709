using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Steps whose activations are BFloat16.</summary>
public class MixedPrecisionTests
{
    private static (float[] Weights, double[] Losses) Train(bool compile, TrainingPrecision precision, int accumulation = 1, string? checkpoints = null, int stopAt = 0)
    {
        Rng.SetSeed(5);
        using var cancel = new CancellationTokenSource();
        var model = new Sequential(new Linear(4, 32), new BatchNorm1d(32), new GELU(), new Dropout(0.1), new LayerNorm(32), new Linear(32, 3));
        var options = new TrainerOptions
        {
            Compile = compile,
            Precision = precision,
            AccumulationSteps = accumulation,
            ClipNorm = 1,
            Checkpoints = checkpoints is null ? null : new CheckpointOptions { Folder = checkpoints, EverySteps = 3 },
            Callbacks = [new Steps((_, s) =>
            {
                // Stands for the process's end: nothing is saved on this way out.
                if (s.Step == stopAt)
                    throw new InvalidTimeZoneException();
            })],
        };
        var trainer = new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy, options);
        if (checkpoints is not null)
            trainer.Resume();
        var history = trainer.Fit(TinyData.Classes(60).Batches(10, shuffle: true, seed: 2), 6);
        Assert.All(model.Parameters(), p => Assert.Equal(DType.Float32, p.DType));
        return (TinyData.Weights(model), [.. history.Curve("loss")]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void CompiledAndEagerAndAgainHaveOneSetOfBits(int accumulation)
    {
        var eager = Train(false, TrainingPrecision.MixedBFloat16, accumulation);
        var compiled = Train(true, TrainingPrecision.MixedBFloat16, accumulation);
        Assert.Equal(eager.Weights, compiled.Weights);
        Assert.Equal(eager.Losses, compiled.Losses);
        Assert.Equal(compiled.Weights, Train(true, TrainingPrecision.MixedBFloat16, accumulation).Weights);
        var single = Train(true, TrainingPrecision.Float32, accumulation);
        Assert.NotEqual(single.Weights, compiled.Weights);
        // The course of training is that of single precision but for the digits.
        Assert.All(single.Losses.Zip(compiled.Losses), p => Assert.Equal(p.First, p.Second, 0.05));
    }

    [Theory]
    [InlineData(1, 20)]
    [InlineData(2, 8)]
    public void ARunThatDiedGoesOn(int accumulation, int death)
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<InvalidTimeZoneException>(() => Train(true, TrainingPrecision.MixedBFloat16, accumulation, folder.Root, death));
        Assert.Equal(Train(true, TrainingPrecision.MixedBFloat16, accumulation).Weights, Train(true, TrainingPrecision.MixedBFloat16, accumulation, folder.Root).Weights);
    }

    [Fact]
    public void AnotherPrecisionThanTheCheckpointsIsSaid()
    {
        using var folder = new TemporaryFolder();
        var log = new ListLogger();
        foreach (var (precision, epochs) in new[] { (TrainingPrecision.MixedBFloat16, 1), (TrainingPrecision.Float32, 2) })
        {
            var trainer = new Trainer(TinyData.Model(), new SGD(0.1), Losses.CrossEntropy, new() { Precision = precision, Logger = log, Checkpoints = new CheckpointOptions { Folder = folder.Root } });
            trainer.Resume();
            trainer.Fit(TinyData.Classes().Batches(10), epochs);
        }
        Assert.Contains(log.Lines, l => l.Contains("the checkpoint is of a run in MixedBFloat16, now Float32 is asked for", StringComparison.Ordinal));
    }

    /// <summary>The planned step of a deep network: what it keeps for backward takes half the room.</summary>
    [Fact]
    public void ActivationsTakeHalfTheRoom()
    {
        long Arena(TrainingPrecision precision)
        {
            Rng.SetSeed(1);
            var model = new Sequential([.. Enumerable.Range(0, 8).SelectMany(_ => new Module[] { new Linear(64, 64), new Tanh() })]);
            var trainer = new Trainer(model, new SGD(0.1), Losses.CrossEntropy, new() { Precision = precision });
            var data = new TensorDataset(Tensor.Normal(0, 1, [1024, 64]), Tensor.Zeros([1024], DType.Int64)).Batches(1024);
            trainer.Fit(data, 1);
            return StepPlan.Of(trainer, data.First()).Step!.ArenaBytes;
        }
        long single = Arena(TrainingPrecision.Float32), mixed = Arena(TrainingPrecision.MixedBFloat16);
        Assert.True(mixed < 0.7 * single, $"{mixed} bytes for {single}");
    }
}
