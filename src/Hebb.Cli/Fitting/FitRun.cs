using System.Globalization;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Fitting;

/// <summary>A fit in its folder, from the data to model, test figures and report.</summary>
internal static class FitRun
{
    private const int ShownFindings = 12;

    /// <summary>Checks the data, makes the folder, trains and tests.</summary>
    /// <param name="session">The command's.</param>
    /// <param name="settings">What is asked for.</param>
    /// <param name="path">The folder; null for one named by file and time.</param>
    public static TrainingOutcome Start(Session session, FitSettings settings, string? path)
    {
        // Before there is a folder: data that can't be learned from leave nothing behind.
        var data = FitSource.Load(settings);
        ShowData(session.Output, data);
        using var folder = RunFolders.Create(path, $"fit-{Plain(data.Name)}", id => new RunManifest
        {
            Id = id,
            Recipe = FitSettings.RecipeName,
            Config = settings.ToConfig(),
            Data = data.Records,
            Seed = (ulong)settings.Seed,
            CommandLine = session.CommandLine,
        });
        try
        {
            return Train(session, settings, data, folder);
        }
        catch (OperationCanceledException)
        {
            folder.Interrupt();
            throw new InterruptedException($"interrupted; a fit starts anew: {string.Join(' ', session.CommandLine.Skip(1).Prepend(Launcher.Command).Select(Texts.Shell))}");
        }
        catch (HebbException e)
        {
            folder.Fail(e.Message.ReplaceLineEndings(" "));
            throw;
        }
    }

    /// <summary>Trains once more what a manifest tells.</summary>
    public static (FitData Data, TrainedCandidate Best) Repeat(Session session, RunManifest manifest, string path)
    {
        var settings = FitSettings.Of(manifest, path);
        var data = FitSource.Load(settings);
        return (data, FitTraining.Best(FitTraining.Run(data, settings.Seed, null, session.Output, session.Cancellation)));
    }

    private static TrainingOutcome Train(Session session, FitSettings settings, FitData data, RunFolder folder)
    {
        var output = session.Output;
        string shown = Paths.Shown(folder.Root);
        var trained = FitTraining.Run(data, settings.Seed, folder, output, session.Cancellation);
        var best = FitTraining.Best(trained);
        var validation = trained.Select(t => FitScore.Measure(t.Model, data, data.Validation, session.Cancellation)).ToArray();
        var score = FitScore.Measure(best.Model, data, data.Test, session.Cancellation);
        Save(best, data, score, trained, folder);

        output.Table(["MODEL", "VALIDATION " + score.Metric.ToUpperInvariant(), "LOSS", "EPOCHS", "TIME", ""],
            [.. trained.Zip(validation, (t, v) => (string[])[t.Candidate.Name, v.Shown, Texts.Number(t.ValidationLoss), t.History.Count.ToString(CultureInfo.InvariantCulture), Texts.Seconds(t.Seconds), t == best ? "chosen" : ""])]);
        output.Line($"test: {string.Join(", ", score.Figures.Select(f => $"{f.Name} {f.Shown}"))} ({Texts.Plural(data.Test.Count, "row")} that no choice was made on)");
        var importance = Importance.Measure(best.Model, data, session.Cancellation);
        var leant = importance.Where(i => i.Loss > 0).Take(5).ToArray();
        if (leant.Length > 0) output.Line($"it leans most on {string.Join(", ", leant.Select(i => i.Column))}");
        var use = FitUse.Lines(shown, settings, data);
        FitReport.Create(data, trained, validation, best, score, importance, RunFacts.Of(folder.Manifest), use).Write(folder.ReportFile);
        output.Line($"report: {Path.Combine(shown, "report.html")}");
        output.Line("Use the model, train it again to the same bits:");
        foreach (string line in use) output.Line(line);
        return new TrainingOutcome(FitSettings.RecipeName, score.Metric, score.Value, trained.Sum(t => t.Seconds), shown);
    }

    private static void ShowData(Output output, FitData data)
    {
        output.Line($"{data.Name}: {data.Summary}");
        foreach (var finding in data.Findings.OrderByDescending(f => f.IsWarning).Take(ShownFindings)) output.Line($"  {(finding.IsWarning ? "! " : "- ")}{finding.Text}");
        if (data.Findings.Count > ShownFindings) output.Line($"  … and {data.Findings.Count - ShownFindings} more; all are in the report");
        output.Line($"split: {data.Split}");
    }

    private static void Save(TrainedCandidate best, FitData data, FitScore score, IReadOnlyList<TrainedCandidate> trained, RunFolder folder)
    {
        var info = ModelInfo.Of(best.Model);
        info.Name = data.Name;
        info.Description = $"{data.Summary}. {best.Candidate.Description}.";
        info.Task = data.IsClassification ? "classification" : "regression";
        var metrics = score.Figures.ToDictionary(f => "test_" + Key(f.Name), f => f.Value);
        foreach (var (name, value) in metrics) info.Metrics[name] = value;
        try
        {
            best.Model.Save(folder.ModelFile, data.Test.Inputs[0..1]);
        }
        catch (IOException e)
        {
            throw new HebbException($"{Paths.Shown(folder.ModelFile)} can't be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        // What the recorder wrote is of the candidate that was trained last.
        folder.Update(m => m with { WeightsSha256 = StateHash.Of(best.Model), Seconds = Math.Round(trained.Sum(t => t.Seconds), 3), Metrics = new Dictionary<string, double>() });
        folder.Complete(metrics);
    }

    private static string Key(string name) => name.ToLowerInvariant().Replace(' ', '_').Replace("²", "2");

    /// <summary>The name of a file or folder without what no folder's name should have.</summary>
    private static string Plain(string name)
    {
        int dot = name.IndexOf('.', 1 < name.Length ? 1 : 0);
        string stem = dot > 0 ? name[..dot] : name;
        return string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
    }
}
