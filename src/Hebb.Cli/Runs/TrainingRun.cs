using Hebb.Cli.Commands;
using Hebb.Cli.Recipes;
using Hebb.Cli.Reporting;
using Hebb.Data;
using Hebb.Training.Reports;

namespace Hebb.Cli.Runs;

/// <summary>A run in its folder, from the first step or a checkpoint to model, test figures and report.</summary>
internal sealed class TrainingRun
{
    private readonly Session _session;
    private readonly RunStart _start;
    private readonly RunFolder _folder;
    private readonly TrainingJob _job;

    private TrainingRun(Session session, RunStart start, RunFolder folder)
    {
        (_session, _start, _folder) = (session, start, folder);
        _job = new TrainingJob(start, session.Data, folder);
    }

    private string Shown => Paths.Shown(_folder.Root);

    /// <summary>Makes the folder and trains.</summary>
    public static TrainingOutcome Start(Session session, RunStart start, string? path)
    {
        using var folder = RunFolders.Create(path, start, session.Data, session.CommandLine);
        return new TrainingRun(session, start, folder).Run();
    }

    /// <summary>Goes on with a run. Recipe, seed and settings are those of its manifest; what the user chose must agree with them.</summary>
    /// <param name="session">The command's.</param>
    /// <param name="path">The run's folder.</param>
    /// <param name="recipe">The recipe, if the user named it.</param>
    /// <param name="choices">Reads what else the user chose.</param>
    public static TrainingOutcome Resume(Session session, string path, Recipe? recipe, TrainingChoices choices)
    {
        if (!Directory.Exists(path)) throw new UsageException($"train: --resume {path}: there is no such folder");
        using var folder = RunFolder.Open(path);
        var start = RunStart.Of(folder.Manifest, path);
        start.Agree(choices.Read(session, recipe ?? start.Recipe, start), path);
        CheckData(session.Data, folder.Manifest, start);
        var run = new TrainingRun(session, start, folder);
        session.Output.Line(run._job.Trainer.Resume() is { } checkpoint
            ? $"going on with {run.Shown} after step {checkpoint.Step}, in epoch {Math.Min(checkpoint.Epoch, start.Settings.Whole("epochs"))}"
            : $"{run.Shown} has no checkpoint: starting over");
        return run.Run();
    }

    private TrainingOutcome Run()
    {
        _session.Output.Line($"{_start.Recipe.Name}: {_start.Recipe.Description}");
        _session.Output.Line($"{Texts.Plural(_job.Train.Count, "training row")}, {Texts.Count(_job.Validation.Count)} held out for validation, "
            + $"{Texts.Plural(_job.Test.Count, "test row")}; seed {_start.Seed}; {Shown}");
        IReadOnlyList<EpochResult> history = Train();
        var score = TestScore.Measure(_job.Model, _job.Test, _session.Cancellation);
        Save(score);
        var pictures = TestPictures.Write(_folder.Root, _job.Test);
        var use = UseLines.For(_folder.Root, pictures, score);
        RunReport.Create(_start.Recipe, _job.Model, history, TrainingReport.Read(_folder.Root).Steps, score, RunFacts.Of(_folder.Manifest), use).Write(_folder.ReportFile);

        double seconds = _folder.Manifest.Seconds ?? 0;
        _session.Output.Line($"test {score.Line}; trained in {Texts.Seconds(seconds)}");
        _session.Output.Line($"report: {Path.Combine(Shown, "report.html")}");
        _session.Output.Line($"Ask the model about {(pictures.Count > 0 ? "a picture" : "rows")}, train it again to the same bits, use it in C#:");
        foreach (string line in use) _session.Output.Line(line);
        return new TrainingOutcome(_start.Recipe.Name, score.Metric.Name, score.Value, seconds, Shown);
    }

    private IReadOnlyList<EpochResult> Train()
    {
        IReadOnlyList<EpochResult> history = [];
        try
        {
            TrainingDisplay.Show(_session.Output, progress => history = _job.Fit(progress, _session.Cancellation));
        }
        catch (OperationCanceledException) when (_session.Cancellation.IsCancellationRequested)
        {
            // All the user needs is on one line: what was kept, and what to type.
            string resume = $"{Launcher.Command} train --resume {Texts.Shell(Shown)}";
            throw new InterruptedException(Directory.Exists(_folder.Checkpoints) && Directory.EnumerateFiles(_folder.Checkpoints).Any()
                ? $"interrupted and saved; go on with: {resume}" : $"interrupted before the first step; start over with: {resume}");
        }
        return history;
    }

    private void Save(TestScore score)
    {
        var info = ModelInfo.Of(_job.Model);
        info.Name = _start.Recipe.Name;
        info.Description = _start.Recipe.Description;
        info.Task = Catalog.Find(_start.Recipe.Dataset).Task;
        var metrics = score is ClassScores classes ? new Dictionary<string, double> { ["test_accuracy"] = classes.Value, ["test_loss"] = classes.Result.Loss } : score.Metrics;
        foreach (var (name, value) in metrics) info.Metrics[name] = value;
        try
        {
            _job.Model.Save(_folder.ModelFile, _job.Test.Inputs[0..1]);
        }
        catch (IOException e)
        {
            throw new HebbException($"{Paths.Shown(_folder.ModelFile)} can't be written: {e.Message.ReplaceLineEndings(" ")}", e);
        }
        _folder.Complete(metrics);
    }

    /// <summary>Other data would silently make another model of the rest of the run.</summary>
    private static void CheckData(DataStore store, RunManifest manifest, RunStart start)
    {
        var now = DataRecord.Of(Catalog.Find(start.Recipe.Dataset), store);
        if (manifest.Data.FirstOrDefault(d => d.Name == now.Name) is { } then && then.Sha256 != now.Sha256)
            throw new DataException($"{now.Name} is not what the run began with (SHA-256 {then.Sha256[..12]}…, now {now.Sha256[..12]}…)");
    }
}
