using System.Xml.Linq;
using Hebb.Data;
using Hebb.Training.Reports;

namespace Hebb.Training.Tests.Reports;

/// <summary>Pages of curves of whatever a trainer ran.</summary>
public class TrainingReportTests
{
    [Fact]
    public void ThePageOfARecordedRun()
    {
        using var folder = new TemporaryFolder();
        string path = folder["run"];
        using (var run = RunFolder.Create(path, new RunManifest { Id = "a <run>", CommandLine = ["test"] }))
        {
            var options = new TrainerOptions { Run = run, ClipNorm = 1, Schedule = new CosineSchedule() };
            new Trainer(TinyData.Model(), new AdamW(0.01), Losses.CrossEntropy, options).Fit(TinyData.Classes().Batches(5), 4, TinyData.Classes(20).Batches(10));
        }
        string html = TrainingReport.Of(path).ToHtml();
        Assert.Contains("a &lt;run&gt;", html);
        foreach (string title in (string[])["Loss", "Accuracy", "Loss of steps", "Learning rate", "Norm of the gradients, before clipping", "Steps a second, validation included"])
            Assert.Contains($"<figcaption>{title}</figcaption>", html);
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("http://", html.Replace("http://www.w3.org/2000/svg", ""));
        // Steps 1, 10, 20, 30, 40 are on record; each can be asked for its numbers.
        Assert.Contains("step at 40: ", html);
        Assert.Contains("<th class=\"number\">val_loss</th>", html);
        var (epochs, steps) = TrainingReport.Read(path);
        Assert.Equal((4, 5), (epochs.Count, steps.Count));
        Assert.True(steps[1].GradientNorm > 0 && steps[1].LearningRate < 0.01);
        Assert.True(epochs[3]["val_accuracy"] >= 0);
    }

    [Fact]
    public void ARunWithoutAnything()
    {
        using var folder = new TemporaryFolder();
        RunFolder.Create(folder["run"], new RunManifest { Id = "r" }).Dispose();
        Assert.Contains("Nothing was recorded yet.", TrainingReport.Of(folder["run"]).ToHtml());
        Assert.Throws<HebbException>(() => TrainingReport.Of(folder["none"]));
    }

    [Fact]
    public void TheCallbackWritesAfterEveryPassAndSurvivesAnInterruption()
    {
        string Run(TemporaryFolder folder, int die)
        {
            var options = new TrainerOptions
            {
                Checkpoints = new CheckpointOptions { Folder = folder["checkpoints"] },
                Callbacks = [new HtmlReportLogger(folder["page.html"], "mine"), new LambdaCallback { EpochBegin = c => Assert.False(c.Epoch == die, "died") }],
            };
            Rng.SetSeed(1);
            var trainer = new Trainer(TinyData.Model(), new AdamW(0.01), Losses.CrossEntropy, options);
            trainer.Resume();
            trainer.Fit(TinyData.Classes().Batches(10), 3);
            return File.ReadAllText(folder["page.html"]);
        }
        using TemporaryFolder one = new(), two = new();
        Assert.ThrowsAny<Exception>(() => Run(one, die: 3));
        Assert.Contains("epoch 2 of 3", File.ReadAllText(one["page.html"]));
        Assert.Equal(Chart(Run(two, 0)), Chart(Run(one, 0)));

        static string Chart(string html) => html[html.IndexOf("<figcaption>Loss of steps", StringComparison.Ordinal)..html.IndexOf("<figcaption>Steps a second", StringComparison.Ordinal)];
    }

    [Fact]
    public void LongRunsKeepSomeThousandSteps()
    {
        var callback = new HtmlReportLogger("unused");
        for (int i = 1; i <= 20_000; i++)
            callback.OnStepEnd(null!, new StepResult(i, 1, 1.0 / i, 0.1, null, 8));
        var again = new HtmlReportLogger("unused");
        again.LoadState(callback.State());
        double[] steps = again.State()["steps"].ToArray<double>();
        Assert.InRange(steps.Length / 6, 2000, 4096);
        Assert.Equal(0, steps[0] % 8);
    }

    [Fact]
    public void CurvesOfManyPointsTellSomeOfThem()
    {
        double[] x = [.. Enumerable.Range(1, 500).Select(i => (double)i)];
        var svg = XElement.Parse(new LineChart { Title = "t", LogX = true, Series = [new("a", x, x)] }.ToSvg());
        var circles = svg.Descendants().Where(e => e.Name.LocalName == "circle").ToArray();
        Assert.InRange(circles.Length, 20, 100);
        Assert.Contains(circles, c => c.Value == "a at 500: 500");
        Assert.Contains(svg.Descendants().Where(e => e.Name.LocalName == "text"), t => t.Value == "100");
    }
}
