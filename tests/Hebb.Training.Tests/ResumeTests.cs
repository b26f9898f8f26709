using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>A run that was cut short and went on ends as one that was not, bit for bit.</summary>
public class ResumeTests
{
    private const int Epochs = 3, Batches = 7;

    private sealed record Outcome(float[] Weights, double[] Values, RngState Random);

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(6)] // before the last step of a pass
    [InlineData(7)] // after it, before validation
    [InlineData(8)]
    [InlineData(14)]
    [InlineData(20)]
    public async Task CancelledRunsGoOn(int step)
    {
        var whole = await Run(null, null);
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        var cut = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(folder.Root, new Steps((_, s) => CancelAt(s.Step)), cancel.Token));
        Assert.Contains($"cancelled after step {step}", cut.Message);
        Same(whole, await Run(folder.Root, null, resume: true));

        void CancelAt(long at)
        {
            if (at == step)
                cancel.Cancel();
        }
    }

    [Theory]
    [InlineData(3, 2)] // died two steps after the last checkpoint
    [InlineData(5, 0)]
    [InlineData(4, 3)]
    [InlineData(7, 5)]
    [InlineData(1, 0)]
    public async Task RunsThatDiedGoOnFromTheLastCheckpoint(int every, int offset)
    {
        var whole = await Run(null, null);
        using var folder = new TemporaryFolder();
        int death = 2 * every + offset + 1;
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => Run(folder.Root, new Steps((_, s) => DieAt(s.Step)), everySteps: every));
        Assert.InRange(Directory.GetFiles(folder.Root, "step-*.safetensors").Length, 1, 2);
        Same(whole, await Run(folder.Root, null, resume: true, everySteps: every));

        void DieAt(long at)
        {
            // Stands for the process's end: nothing is saved on this way out.
            if (at == death)
                throw new InvalidTimeZoneException();
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void StreamsOfTheirOwnGoOnIfTheyAreNamed(bool named)
    {
        float[] Train(int epochs, string? folder)
        {
            Rng.SetSeed(1);
            var stream = new Rng(9);
            var model = new Sequential(new Linear(4, 16), new Dropout(0.5, stream), new Linear(16, 3));
            var trainer = new Trainer(model, new SGD(0.1), Losses.CrossEntropy, new TrainerOptions
            {
                Streams = named ? [stream] : [],
                Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder },
            });
            if (folder is not null)
                trainer.Resume();
            trainer.Fit(TinyData.Classes().Batches(10), epochs);
            return TinyData.Weights(model);
        }
        using var folder = new TemporaryFolder();
        Train(1, folder.Root);
        bool same = Train(2, null).AsSpan().SequenceEqual(Train(2, folder.Root));
        Assert.Equal(named, same);
    }

    [Fact]
    public async Task DiesAgainAndAgain()
    {
        var whole = await Run(null, null);
        using var folder = new TemporaryFolder();
        var random = new Random(4);
        for (int lives = 0; lives < 30; lives++)
        {
            int left = random.Next(1, 5);
            try
            {
                var done = await Run(folder.Root, new Steps((_, _) => Live()), resume: true, everySteps: 2);
                Assert.True(lives > 3);
                Same(whole, done);
                return;
            }
            catch (InvalidTimeZoneException)
            {
                continue;
            }

            void Live()
            {
                if (left-- == 0)
                    throw new InvalidTimeZoneException();
            }
        }
        Assert.Fail("never came to its end");
    }

    [Fact]
    public async Task CancelledInValidationGoesOn()
    {
        var whole = await Run(null, null);
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        int seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(folder.Root, null, cancel.Token, onValidation: () => CancelAt()));
        var checkpoint = Checkpoint.Load(Assert.Single(Directory.GetFiles(folder.Root, "step-*14.safetensors")));
        Assert.Equal(14, checkpoint.Step);
        Assert.Single(checkpoint.History);
        Same(whole, await Run(folder.Root, null, resume: true));

        void CancelAt()
        {
            if (++seen == 6)
                cancel.Cancel();
        }
    }

    [Fact]
    public async Task OtherNumbersOfWorkersAndThreadsMayGoOn()
    {
        var whole = await Run(null, null);
        using var folder = new TemporaryFolder();
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(folder.Root, new Steps((_, s) =>
        {
            if (s.Step == 9)
                cancel.Cancel();
        }), cancel.Token, workers: 2));
        Same(whole, await Run(folder.Root, null, resume: true, workers: 1, threads: 2));
    }

    [Fact]
    public async Task FinishedRunsHaveNothingToDo()
    {
        using var folder = new TemporaryFolder();
        var whole = await Run(folder.Root, null);
        Same(whole, await Run(folder.Root, new Steps((_, _) => Assert.Fail("trained on")), resume: true));
    }

    private static void Same(Outcome whole, Outcome other)
    {
        Assert.Equal(whole.Weights, other.Weights);
        Assert.Equal(whole.Values, other.Values);
        Assert.Equal(whole.Random, other.Random);
    }

    private static async Task<Outcome> Run(
        string? folder, Callback? callback, CancellationToken cancel = default, bool resume = false, int everySteps = 0, int workers = 0, Action? onValidation = null, int threads = 1)
    {
        // Another process would find another state here: all that counts must come from the checkpoint.
        Rng.SetSeed(resume && Directory.EnumerateFiles(folder!).Any() ? 99u : 11u);
        var model = new Sequential(new Linear(16), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(3));
        var options = new TrainerOptions
        {
            Schedule = new OneCycleLR() * new ReduceLROnPlateau(factor: 0.5, patience: 0, threshold: 0.5),
            ClipNorm = 1,
            Metrics = [new Accuracy(), new Auroc(), new F1()],
            Callbacks = callback is null ? [new EarlyStopping("val_loss", patience: 2)] : [new EarlyStopping("val_loss", patience: 2), callback],
            Checkpoints = folder is null ? null : new CheckpointOptions { Folder = folder, EverySteps = everySteps },
            Logger = Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance,
        };
        var trainer = new Trainer(model, new AdamW(lr: 0.02), Losses.CrossEntropy, options);
        if (resume)
            trainer.Resume();
        var validation = BatchTransform.From(b =>
        {
            onValidation?.Invoke();
            return b;
        });
        var history = await Start();
        return new Outcome(TinyData.Weights(model), [.. history.SelectMany(e => e.Values.Values.Append(e.LearningRate).Append(e.Step))], Rng.Default.State);

        Task<History> Start()
        {
            using var limit = Hebb.Cpu.ParallelFor.Limit(threads);
            return trainer.FitAsync(
                TinyData.Classes(4 * Batches - 1).Batches(4, shuffle: true, seed: 3, workers: workers), Epochs,
                TinyData.Classes(20, seed: 8).Batches(5, transform: validation), cancellationToken: cancel);
        }
    }
}
