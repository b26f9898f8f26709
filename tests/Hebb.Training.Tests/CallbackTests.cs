using Hebb.Data;

namespace Hebb.Training.Tests;

public class CallbackTests
{
    [Fact]
    public void CallsComeInOrder()
    {
        var calls = new List<string>();
        Trainer(new Recorder(calls)).Fit(TinyData.Classes(20).Batches(10), 2, TinyData.Classes(20).Batches(10));
        Assert.Equal("begin, epoch 1 begins, step 1, step 2, epoch 1 ends, epoch 2 begins, step 3, step 4, epoch 2 ends, end", string.Join(", ", calls));
    }

    [Fact]
    public void StoppingEndsThePassAtOnce()
    {
        var history = Trainer(new Steps((c, s) =>
        {
            if (s.Step == 7)
                c.Stop("enough");
        })).Fit(TinyData.Classes().Batches(10), 5, TinyData.Classes().Batches(10));
        Assert.Equal(2, history.Count);
        Assert.Equal(7, history[1].Step);
        Assert.True(history[1].Values.ContainsKey("val_loss"));
        Assert.Equal("enough", history.StopReason);
    }

    [Fact]
    public void EarlyStoppingPutsTheBestWeightsBack()
    {
        double[] course = [0.5, 0.4, 0.45, 0.41, 0.3, 0.35];
        var weights = new List<float[]>();
        var stopping = new EarlyStopping("val_loss", patience: 2);
        var trainer = Trainer(new EpochEnds((c, e) => weights.Add(TinyData.Weights(c.Model)), course), stopping);
        var history = trainer.Fit(TinyData.Classes().Batches(10), 6);
        Assert.Equal(4, history.Count);
        Assert.Equal((0.4, 2), (stopping.Best, stopping.BestEpoch));
        Assert.Equal(weights[1], TinyData.Weights(trainer.Model));
        Assert.NotEqual(weights[3], TinyData.Weights(trainer.Model));
        Assert.Contains("best in epoch 2, with 0.4000", history.StopReason);
    }

    [Fact]
    public void EarlyStoppingWithoutRestoringKeepsTheLast()
    {
        var trainer = Trainer(new EpochEnds(null, [3, 2, 1.95, 1.9]), new EarlyStopping("val_loss", patience: 2, minDelta: 0.2, restoreBest: false));
        Assert.Equal(4, trainer.Fit(TinyData.Classes().Batches(10), 9).Count);
        var rising = Trainer(new EpochEnds(null, [1, 2, 3, 3, double.NaN]), new EarlyStopping("val_loss", patience: 2, mode: MonitorMode.Max));
        Assert.Equal(5, rising.Fit(TinyData.Classes().Batches(10), 9).Count);
    }

    [Fact]
    public void UnknownMonitorsAreNamed()
    {
        var error = Assert.Throws<HebbException>(() => Trainer(new EarlyStopping("val_acc")).Fit(TinyData.Classes().Batches(10), 1));
        Assert.Contains("no 'val_acc'; it has loss, accuracy", error.Message);
        Assert.Throws<HebbException>(() => new EarlyStopping(patience: 0));
    }

    [Fact]
    public void BestWeightsAreWritten()
    {
        using var folder = new TemporaryFolder();
        var weights = new List<float[]>();
        var trainer = Trainer(new EpochEnds((c, _) => weights.Add(TinyData.Weights(c.Model)), [0.5, 0.2, 0.3]),
            ModelCheckpoint.Best(folder["best"]), ModelCheckpoint.Last(folder["last"]));
        trainer.Fit(TinyData.Classes().Batches(10), 3);
        var model = TinyData.Model();
        model.LoadWeights(folder["best"]);
        Assert.Equal(weights[1], TinyData.Weights(model));
        model.LoadWeights(folder["last"]);
        Assert.Equal(weights[2], TinyData.Weights(model));
        Assert.Throws<CheckpointException>(() => Trainer(ModelCheckpoint.Last(folder["last/x"])).Fit(TinyData.Classes().Batches(10), 1));
    }

    [Fact]
    public void TheCsvLogHasARowAnEpoch()
    {
        using var folder = new TemporaryFolder();
        Trainer(new CsvLogger(folder["log.csv"])).Fit(TinyData.Classes().Batches(10), 3, TinyData.Classes().Batches(10));
        string[] lines = File.ReadAllLines(folder["log.csv"]);
        Assert.Equal("epoch,step,learning_rate,seconds,loss,accuracy,val_loss,val_accuracy", lines[0]);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("3,15,0.01,", lines[3]);
    }

    [Fact]
    public void NamesMustDiffer() =>
        Assert.Contains("two callbacks", Assert.Throws<HebbException>(() => Trainer(new CsvLogger("a"), new CsvLogger("b"))).Message);

    [Fact]
    public void HistoryFindsTheBest()
    {
        var history = Trainer(new EpochEnds(null, [0.5, 0.2, 0.3])).Fit(TinyData.Classes().Batches(10), 3);
        Assert.Equal(2, history.Best("val_loss").Epoch);
        Assert.Equal(1, history.Best("val_loss", higherIsBetter: true).Epoch);
        Assert.Equal([0.5, 0.2, 0.3], history.Curve("val_loss"));
        Assert.Matches(@"^epoch 1: loss \d\.\d{4}, accuracy \d+\.\d\d %, val_loss 0\.5000 \(\d+\.\d s\)$", history[0].ToString());
    }

    private static Trainer Trainer(params Callback[] callbacks) =>
        new(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Callbacks = callbacks, Progress = false });

    private sealed class Recorder(List<string> calls) : Callback
    {
        public override void OnTrainBegin(TrainingContext context) => calls.Add("begin");

        public override void OnEpochBegin(TrainingContext context) => calls.Add($"epoch {context.Epoch} begins");

        public override void OnStepEnd(TrainingContext context, in StepResult step) => calls.Add($"step {step.Step}");

        public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => calls.Add($"epoch {epoch.Epoch} ends");

        public override void OnTrainEnd(TrainingContext context) => calls.Add("end");
    }

    /// <summary>Puts a given course of the validation loss into the results.</summary>
    private sealed class EpochEnds(Action<TrainingContext, EpochResult>? action, double[] course) : Callback
    {
        public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
        {
            ((IDictionary<string, double>)epoch.Values)["val_loss"] = course[epoch.Epoch - 1];
            action?.Invoke(context, epoch);
        }
    }
}
