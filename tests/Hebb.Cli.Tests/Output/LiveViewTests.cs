using Hebb.Cli;

namespace Hebb.Cli.Tests.Output;

/// <summary>What a terminal shows while training goes on.</summary>
public class LiveViewTests
{
    private static TrainingProgress At(int epoch, int done, double loss, EpochResult? finished = null) => new()
    {
        Epoch = epoch,
        Epochs = 12,
        Done = done,
        Total = 20,
        Step = 20 * (epoch - 1) + done,
        TotalSteps = 240,
        Values = finished?.Values ?? new Dictionary<string, double> { ["loss"] = loss, ["accuracy"] = 1 - loss },
        LearningRate = 0.001,
        SamplesPerSecond = 12_345,
        Elapsed = TimeSpan.FromSeconds(10 * epoch),
        Finished = finished,
    };

    private static LiveView View(bool unicode)
    {
        var view = new LiveView(unicode);
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            for (int i = 1; i <= 20; i++)
                view.Add(At(epoch, i, 0.8 - 0.15 * epoch - 0.005 * i));
            var values = new Dictionary<string, double> { ["loss"] = 0.7 - 0.15 * epoch, ["accuracy"] = 0.5 + 0.1 * epoch, ["val_loss"] = 1.0 / epoch };
            view.Add(At(epoch, 0, 0, new EpochResult { Epoch = epoch, Step = 20 * epoch, LearningRate = 0.001, Seconds = 10, Values = values }));
        }
        view.Add(At(5, 5, 0.05));
        return view;
    }

    [Fact]
    public void LinesOfAWideTerminal()
    {
        var lines = View(unicode: true).Lines(100);
        Assert.Equal("epoch  5/12  ██████░░░░░░░░░░░░░░░░░░  5/20  12,345 samples/s  learning rate 0.001", lines[0]);
        Assert.Equal("run          ████████░░░░░░░░░░░░░░░░  35 %  50.0 s, 91.2 s left", lines[1].Replace("  35 %", "  35 %"));
        Assert.Matches("^loss         0.0500  █[▁▂▃▄▅▆▇█]+▁$", lines[2]);
        Assert.Matches("^accuracy    95.00 %  ▁▃▆█$", lines[3]);
        Assert.Matches("^val_loss     0.2500  █▃▁▁$", lines[4]);
        Assert.Equal(5, lines.Count);
    }

    [Fact]
    public void NoLineIsWiderThanTheTerminal()
    {
        foreach (bool unicode in (bool[])[true, false])
        {
            for (int width = 20; width < 140; width += 7)
                Assert.All(View(unicode).Lines(width), l => Assert.True(l.Length <= width, l));
        }
        Assert.All(View(unicode: false).Lines(120).SelectMany(l => l), c => Assert.True(c < 128));
        Assert.Equal(["starting"], new LiveView(true).Lines(40));
    }

    [Fact]
    public void CurvesOfManyPointsAreMeans()
    {
        var view = new LiveView(unicode: true);
        Assert.Equal("▁█", view.Curve([0, 0, 0, 1, 1, 1], 2));
        Assert.Equal("▁▁▁", view.Curve([5, 5, 5], 10));
        Assert.Equal("", view.Curve([double.NaN], 10));
        Assert.Equal(10, view.Curve([.. Enumerable.Range(0, 1000).Select(i => (double)i)], 10).Length);
    }
}
