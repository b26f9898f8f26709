using System.Globalization;
using System.Text.Json.Nodes;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;
using Hebb.Data;

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
        return Finish(session, settings, data, folder);
    }

    /// <summary>Goes on with a fit that did not come to its end, to the same bits as if it had not been interrupted.</summary>
    /// <exception cref="HebbException">The folder is of no such fit, or its data are no longer what they were.</exception>
    public static TrainingOutcome Resume(Session session, string path)
    {
        using var folder = RunFolder.Open(path);
        if (!FitSettings.IsFit(folder.Manifest)) throw new HebbException($"{path} is a run of {folder.Manifest.Recipe}, not of `{Launcher.Command} fit`");
        if (IsComplete(folder)) throw new HebbException($"{path} came to its end: there is nothing to go on with");
        var settings = FitSettings.Of(folder.Manifest, path);
        var data = FitSource.Load(settings);
        foreach (var now in data.Records)
            if (folder.Manifest.Data.FirstOrDefault(d => d.Name == now.Name) is { } then && then.Sha256 != now.Sha256)
                throw new DataException($"{now.Name} is not what the fit began with (SHA-256 {then.Sha256[..12]}…, now {now.Sha256[..12]}…)");
        ShowData(session.Output, data);
        session.Output.Line($"going on with {Paths.Shown(folder.Root)}");
        folder.Update(m => m with { Status = RunStatus.Running, Resumed = [.. m.Resumed, DateTimeOffset.UtcNow], Ended = null, Error = null });
        return Finish(session, settings, data, folder);
    }

    /// <summary>Whether a folder holds a fit of these settings that did not come to its end: the same command goes on with it.</summary>
    public static bool IsUnfinished(string path, FitSettings settings)
    {
        if (!File.Exists(Path.Combine(path, "manifest.json"))) return false;
        using var folder = RunFolder.Open(path);
        return FitSettings.IsFit(folder.Manifest) && !IsComplete(folder) && folder.Manifest.Seed == (ulong)settings.Seed
            && JsonNode.DeepEquals(folder.Manifest.Config, settings.ToConfig());
    }

    private static bool IsComplete(RunFolder folder) => folder.Manifest.Status == RunStatus.Completed && File.Exists(folder.ModelFile);

    private static TrainingOutcome Finish(Session session, FitSettings settings, FitData data, RunFolder folder)
    {
        try
        {
            return Train(session, settings, data, folder);
        }
        catch (OperationCanceledException)
        {
            folder.Interrupt();
            throw new InterruptedException($"interrupted and saved; go on with: {Launcher.Command} fit --resume {Texts.Shell(Paths.Shown(folder.Root))}");
        }
        catch (HebbException e)
        {
            folder.Fail(e.Message.ReplaceLineEndings(" "));
            throw;
        }
    }

    /// <summary>Trains once more what a manifest tells.</summary>
    public static (FitData Data, TrainedFit Fit) Repeat(Session session, RunManifest manifest, string path)
    {
        var settings = FitSettings.Of(manifest, path);
        var data = FitSource.Load(settings);
        return (data, FitTraining.Run(data, settings.Seed, null, session.Output, session.Cancellation));
    }

    private static TrainingOutcome Train(Session session, FitSettings settings, FitData data, RunFolder folder)
    {
        var output = session.Output;
        string shown = Paths.Shown(folder.Root);
        var fit = FitTraining.Run(data, settings.Seed, folder, output, session.Cancellation);
        var rows = data.Validation;
        var validation = fit.Tried.Select(t => TestScore.Of(t.Answers, rows)).ToArray();
        var score = TestScore.Measure(fit.Model, data.Test, session.Cancellation);
        Save(fit, data, score, folder);

        var tried = fit.Tried.Select((t, i) => (string[])[t.Candidate.Name, validation[i].Shown, Texts.Number(t.ValidationLoss), t.Epochs.ToString(CultureInfo.InvariantCulture), Texts.Seconds(t.Seconds),
            fit.Weights[i] == 1 ? "chosen" : fit.Weights[i] > 0 ? TrainedFit.Share(fit.Weights[i]) : ""]);
        if (fit.Chosen.Count > 1) tried = tried.Append(["these together", TestScore.Of(fit.Answers, rows).Shown, Texts.Number(fit.ValidationLoss), "", "", "chosen"]);
        output.Table(["MODEL", "VALIDATION " + score.Metric.Name.ToUpperInvariant(), "LOSS", "EPOCHS", "TIME", ""], [.. tried]);
        output.Line($"test: {string.Join(", ", score.Figures.Select(f => $"{f.Name} {f.Shown}"))} ({Texts.Plural(data.Test.Count, "row")} that no choice was made on)");
        var importance = Importance.Measure(fit.Model, data, session.Cancellation);
        var leant = importance.Where(i => i.Loss > 0).Take(5).ToArray();
        if (leant.Length > 0) output.Line($"it leans most on {string.Join(", ", leant.Select(i => i.Column))}");
        var use = FitUse.Lines(shown, settings, data);
        FitReport.Create(data, fit, validation, score, importance, RunFacts.Of(folder.Manifest), use).Write(folder.ReportFile);
        output.Line($"report: {Path.Combine(shown, "report.html")}");
        output.Line("Use the model, train it again to the same bits:");
        foreach (string line in use) output.Line(line);
        return new TrainingOutcome(FitSettings.RecipeName, score.Metric.Name, score.Value, fit.Seconds, shown);
    }

    private static void ShowData(Output output, FitData data)
    {
        output.Line($"{data.Name}: {data.Summary}");
        foreach (var finding in data.Findings.OrderByDescending(f => f.IsWarning).Take(ShownFindings)) output.Line($"  {(finding.IsWarning ? "! " : "- ")}{finding.Text}");
        if (data.Findings.Count > ShownFindings) output.Line($"  … and {data.Findings.Count - ShownFindings} more; all are in the report");
        output.Line($"split: {data.Split}");
    }

    private static void Save(TrainedFit fit, FitData data, TestScore score, RunFolder folder)
    {
        var info = ModelInfo.Of(fit.Model);
        // A mixture was never trained itself.
        (info.Preprocessing, info.Labels, info.Data) = (data.Train.Info.Preprocessing, data.Labels, data.Name);
        info.Name = data.Name;
        info.Description = $"{data.Summary}. {fit.Description}.";
        info.Task = data.IsClassification ? "classification" : "regression";
        var metrics = score.Metrics;
        foreach (var (name, value) in metrics) info.Metrics[name] = value;
        try
        {
            fit.Model.Save(folder.ModelFile, data.Test.Inputs[0..1]);
        }
        catch (IOException e)
        {
            throw new HebbException($"{Paths.Shown(folder.ModelFile)} can't be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        // What the recorder wrote is of the candidate that was trained last.
        folder.Update(m => m with { WeightsSha256 = StateHash.Of(fit.Model), Seconds = Math.Round(fit.Seconds, 3), Metrics = new Dictionary<string, double>() });
        folder.Complete(metrics);
        // Nothing goes on from a fit that is done.
        if (Directory.Exists(folder.Checkpoints)) Directory.Delete(folder.Checkpoints, recursive: true);
    }

    /// <summary>The name of a file or folder without what no folder's name should have.</summary>
    private static string Plain(string name)
    {
        int dot = name.IndexOf('.', 1 < name.Length ? 1 : 0);
        string stem = dot > 0 ? name[..dot] : name;
        return string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-'));
    }
}
