using System.Diagnostics;
using Hebb.Data;

namespace Hebb.Training.Tests;

public class ProgressTests
{
    [Fact]
    public void EveryPassIsTold()
    {
        var reports = new List<TrainingProgress>();
        new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy).Fit(TinyData.Classes().Batches(10), 3, TinyData.Classes().Batches(10), new Collect(reports));
        var ends = reports.Where(r => r.Finished is not null).ToArray();
        Assert.Equal([1, 2, 3], ends.Select(r => r.Epoch));
        Assert.All(ends, r => Assert.Equal(r.Finished!.Values, r.Values));
        Assert.All(reports, r => Assert.Equal((3, 15), (r.Epochs, r.TotalSteps)));
        Assert.Equal((1, 5, false), (reports[0].Done, reports[0].Total, reports[0].Validating));
        Assert.Contains("accuracy", reports[0].Values.Keys);
    }

    [Fact]
    public void ProgressComesTenTimesASecondAtMost()
    {
        var reports = new List<TrainingProgress>();
        long start = Stopwatch.GetTimestamp();
        new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy).Fit(TinyData.Classes(200).Batches(1), 1, progress: new Collect(reports));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Assert.InRange(reports.Count, 2, (int)(10 * seconds) + 2);
    }

    [Fact]
    public void TheConsoleLineIsWrittenOver()
    {
        var writer = new StringWriter();
        var console = new ConsoleProgress(writer, () => 100);
        var progress = new TrainingProgress
        {
            Epoch = 2,
            Epochs = 20,
            Done = 5,
            Total = 10,
            Step = 15,
            TotalSteps = 200,
            LearningRate = 0.1,
            Elapsed = TimeSpan.Zero,
            SamplesPerSecond = 1234,
            Values = new Dictionary<string, double> { ["loss"] = 0.5 },
        };
        console.Report(progress);
        Assert.Equal("\repoch 2/20 [##########..........] 5/10  loss 0.5000  1,234 samples/s".PadRight(100), writer.ToString());
        var finished = new EpochResult { Epoch = 2, Step = 20, LearningRate = 0.1, Seconds = 1.2, Values = new Dictionary<string, double> { ["loss"] = 0.25, ["val_accuracy"] = 0.5 } };
        console.Report(progress with { Finished = finished });
        Assert.EndsWith("\repoch 2/20: loss 0.2500, val_accuracy 50.00 % (1.2 s)".PadRight(100) + Environment.NewLine, writer.ToString());
        new ConsoleProgress(writer, () => 20).Report(progress);
        Assert.EndsWith("\repoch 2/20 [#######", writer.ToString());
    }

    private sealed class Collect(List<TrainingProgress> reports) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => reports.Add(value);
    }
}
