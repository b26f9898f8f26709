using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Callbacks that go by Keras's names and rules.</summary>
public class KerasCallbackTests
{
    [Fact]
    public void TheSchedulerSetsTheRateOfEachPass()
    {
        var asked = new List<(int, double)>();
        var history = Trainer(new LearningRateScheduler((epoch, lr) =>
        {
            asked.Add((epoch, lr));
            return epoch < 2 ? lr : lr * 0.5;
        })).Fit(TinyData.Classes().Batches(10), 4);
        Assert.Equal([(0, 0.01), (1, 0.01), (2, 0.01), (3, 0.005)], asked);
        Assert.Equal([0.01, 0.01, 0.005, 0.0025], history.Select(e => e.LearningRate));
        Assert.Throws<HebbException>(() => Trainer(new LearningRateScheduler((_, _) => double.NaN)).Fit(TinyData.Classes().Batches(10), 1));
    }

    [Fact]
    public void TwoThatSetTheRateAreAnError()
    {
        var trainer = new Trainer(TinyData.Model(), new SGD(0.1), Losses.CrossEntropy, new() { Callbacks = [new LearningRateScheduler((_, lr) => lr)], Schedule = new CosineSchedule() });
        Assert.Contains("sets the learning rate, and so does TrainerOptions.Schedule", Assert.Throws<HebbException>(() => trainer.Fit(TinyData.Classes().Batches(10), 1)).Message);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, null)]
    [InlineData(true, 1.0)]
    public void NotANumberEndsTraining(bool compile, double? clip)
    {
        var options = new TrainerOptions { Compile = compile, ClipNorm = clip, Callbacks = [new TerminateOnNaN()] };
        var inputs = Tensor.Normal(0, 1, [40, 4], key: new Rng(1).NextKey());
        inputs[33, 2] = Tensor.Full([], double.NaN);
        var data = new TensorDataset(inputs, Tensor.Zeros([40], DType.Int64));
        float[] before = [];
        var model = new Sequential(new Linear(4, 3));
        options = options with { Callbacks = [new TerminateOnNaN(), new LambdaCallback { StepEnd = (c, _) => before = TinyData.Weights(c.Model) }] };
        var history = new Trainer(model, new SGD(0.1), Losses.CrossEntropy, options).Fit(data.Batches(10), 5);
        Assert.Equal((1, 3), (history.Count, (int)history[0].Step));
        Assert.Equal(before, TinyData.Weights(model));
        Assert.Contains("the loss is NaN at step 4", history.StopReason);
        Assert.Contains("sample 33", history.StopReason);
        Assert.Throws<TrainingException>(() => new Trainer(model, new SGD(0.1), Losses.CrossEntropy).Fit(data.Batches(10), 5));
    }

    [Fact]
    public void FunctionsAreCalledInOrder()
    {
        var calls = new List<string>();
        Trainer(new LambdaCallback
        {
            TrainBegin = _ => calls.Add("begin"),
            EpochBegin = c => calls.Add($"epoch {c.Epoch}"),
            StepBegin = c => calls.Add($"before {c.Step + 1}"),
            StepEnd = (_, s) => calls.Add($"after {s.Step}"),
            ValidationBegin = c => calls.Add($"validate, {(c.Model.Training ? "train" : "eval")}"),
            ValidationEnd = _ => calls.Add("validated"),
            EpochEnd = (_, e) => calls.Add($"ended {e.Epoch}"),
            TrainEnd = _ => calls.Add("end"),
        }).Fit(TinyData.Classes(20).Batches(10), 1, TinyData.Classes(10).Batches(10));
        Assert.Equal("begin, epoch 1, before 1, after 1, before 2, after 2, validate, train, validated, ended 1, end", string.Join(", ", calls));
    }

    /// <summary>The place of averaged weights: in for the validation, out again after.</summary>
    [Fact]
    public void WeightsMayBeSwappedForTheValidation()
    {
        Tensor? kept = null;
        var swap = new LambdaCallback
        {
            ValidationBegin = c =>
            {
                var weight = c.Model.Parameters()[0];
                kept = weight.Value.Detach().Clone();
                weight.Assign(Tensor.Zeros(weight.Shape));
            },
            ValidationEnd = c => c.Model.Parameters()[0].Assign(kept!),
        };
        var swapped = Trainer(swap);
        var history = swapped.Fit(TinyData.Classes().Batches(10), 3, TinyData.Classes().Batches(10));
        var plain = Trainer();
        var expected = plain.Fit(TinyData.Classes().Batches(10), 3, TinyData.Classes().Batches(10));
        Assert.Equal(TinyData.Weights(plain.Model), TinyData.Weights(swapped.Model));
        Assert.NotEqual(expected[^1]["val_loss"], history[^1]["val_loss"]);
    }

    [Fact]
    public void EarlyStoppingKnowsBaselinesAndFirstPasses()
    {
        static int Epochs(EarlyStopping stopping, params double[] course) => Trainer(new Course(course), stopping).Fit(TinyData.Classes(10).Batches(10), course.Length).Count;
        // Better each time, but never than the baseline.
        Assert.Equal(3, Epochs(new EarlyStopping(patience: 3, baseline: 0.1), 0.9, 0.8, 0.7, 0.6, 0.5));
        Assert.Equal(5, Epochs(new EarlyStopping(patience: 3, baseline: 0.75), 0.9, 0.8, 0.7, 0.6, 0.5));
        Assert.Equal(3, Epochs(new EarlyStopping(patience: 2), 0.1, 0.8, 0.7, 0.6, 0.5));
        var late = new EarlyStopping(patience: 2, startFromEpoch: 2);
        Assert.Equal(6, Epochs(late, 0.1, 0.8, 0.7, 0.6, 0.65, 0.61, 0.9));
        Assert.Equal((0.6, 4), (late.Best, late.BestEpoch));
    }

    [Fact]
    public void FileNamesTellFiguresAndOnlyTheBestMayBeWritten()
    {
        using var folder = new TemporaryFolder();
        Trainer(new Course(0.5, 0.25, 0.3, 0.2), new ModelCheckpoint(folder["{epoch:02d}-{val_loss:.2f}-{step:000}"]), new ModelCheckpoint(folder["best/{epoch}"], saveBestOnly: true, initialValueThreshold: 0.45),
            new ModelCheckpoint(folder["steps/{step}"], saveFreq: 3)).Fit(TinyData.Classes(20).Batches(10), 4);
        Assert.Equal(["01-0.50-002", "02-0.25-004", "03-0.30-006", "04-0.20-008"], Names(folder.Root));
        Assert.Equal(["2", "4"], Names(folder["best"]));
        Assert.Equal(["3", "6"], Names(folder["steps"]));
        Assert.Contains("there is no 'val_acc' for the file's name; there are epoch, step, loss", Assert.Throws<HebbException>(() => Trainer(new ModelCheckpoint(folder["{val_acc}"])).Fit(TinyData.Classes(20).Batches(10), 1)).Message);
        Assert.Throws<HebbException>(() => new ModelCheckpoint("x", saveBestOnly: true, saveFreq: 3));

        static string[] Names(string path) => [.. Directory.GetFiles(path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void TablesMayGrowFromRunToRun()
    {
        using var folder = new TemporaryFolder();
        string path = folder["log.csv"];
        Trainer(new CsvLogger(path, ';', append: true)).Fit(TinyData.Classes(20).Batches(10), 2);
        Trainer(new CsvLogger(path, ';', append: true)).Fit(TinyData.Classes(20).Batches(10), 1);
        Assert.Equal(["epoch", "1", "2", "1"], File.ReadAllLines(path).Select(l => l.Split(';')[0]));
        Assert.Contains("can't append to a table with the columns", Assert.Throws<HebbException>(() => Trainer(new CsvLogger(path, append: true)).Fit(TinyData.Classes(20).Batches(10), 1)).Message);
        Trainer(new CsvLogger(path)).Fit(TinyData.Classes(20).Batches(10), 1);
        Assert.Equal(2, File.ReadAllLines(path).Length);
    }

    [Fact]
    public void LinesOfJsonForStepsAndPasses()
    {
        using var folder = new TemporaryFolder();
        Trainer(new JsonLinesLogger(folder["log.jsonl"], everySteps: 2)).Fit(TinyData.Classes(30).Batches(10), 2);
        var lines = File.ReadAllLines(folder["log.jsonl"]).Select(l => System.Text.Json.JsonDocument.Parse(l).RootElement).ToArray();
        Assert.Equal(["step 2", "epoch 3", "step 4", "step 6", "epoch 6"], lines.Select(l => $"{l.GetProperty("kind").GetString()} {l.GetProperty("step").GetInt64()}"));
        Assert.True(lines[1].GetProperty("loss").GetDouble() > 0);
    }

    /// <summary>Interrupted and resumed in its midst: the callbacks go on as if nothing had been.</summary>
    [Fact]
    public void AllOfThemSurviveAnInterruption()
    {
        var whole = Run(null, stopAt: 0);
        using var folder = new TemporaryFolder();
        Assert.Empty(Run(folder.Root, stopAt: 7).Rates);
        var resumed = Run(folder.Root, stopAt: 0);
        Assert.Equal(whole.Weights, resumed.Weights);
        Assert.Equal(whole.Rates, resumed.Rates);

        static (float[] Weights, double[] Rates) Run(string? checkpoints, int stopAt)
        {
            using var cancel = new CancellationTokenSource();
            var options = new TrainerOptions
            {
                AccumulationSteps = 2,
                Checkpoints = checkpoints is null ? null : new CheckpointOptions { Folder = checkpoints },
                Callbacks =
                [
                    new Course(0.5, 0.5, 0.5, 0.4, 0.4, 0.4), new LearningRateScheduler((epoch, lr) => epoch == 2 ? lr / 2 : lr), new EarlyStopping(patience: 5),
                    new LambdaCallback
                    {
                        StepEnd = (_, s) =>
                        {
                            if (s.Step == stopAt)
                                cancel.Cancel();
                        },
                    },
                ],
            };
            Rng.SetSeed(3);
            var model = TinyData.Model();
            var trainer = new Trainer(model, new AdamW(0.01), Losses.CrossEntropy, options);
            if (checkpoints is not null)
                trainer.Resume();
            try
            {
                var history = trainer.Fit(TinyData.Classes(40).Batches(10, shuffle: true, seed: 1), 6, cancellationToken: cancel.Token);
                return (TinyData.Weights(model), [.. history.Select(e => e.LearningRate)]);
            }
            catch (OperationCanceledException)
            {
                return ([], []);
            }
        }
    }

    private static Trainer Trainer(params Callback[] callbacks) =>
        new(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Callbacks = callbacks, Progress = false });

    /// <summary>Puts a given course of the validation loss into the results.</summary>
    private sealed class Course(params double[] course) : Callback
    {
        public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => ((IDictionary<string, double>)epoch.Values)["val_loss"] = course[epoch.Epoch - 1];
    }
}
