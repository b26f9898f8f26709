using System.CommandLine;
using Hebb.Cli.Fitting;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;
using Hebb.Cpu;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb reproduce RUN</c>: trains once more what a run's manifest describes, and compares the weights bit for bit.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var run = CommandOptions.Run();
        var command = new Command("reproduce", "Train a run again from its manifest and compare the weights") { run };
        command.SetAction(session => Reproduce(session, session.Value(run)));
        return command;
    }

    private static int Reproduce(Session session, string path)
    {
        var manifest = RunFolders.Read(path);
        if (FitSettings.IsFit(manifest)) return ReproduceFit(session, path, manifest);
        var start = RunStart.Of(manifest, path);
        if (manifest.WeightsSha256 is not { } expected || manifest.Status != RunStatus.Completed)
            throw new HebbException($"{path} did not come to its end, so there is nothing to compare with; go on with `{Launcher.Command} train --resume {Texts.Shell(path)}`");
        string[] differences = [.. Differences(manifest, () => [DataRecord.Of(Catalog.Find(start.Recipe.Dataset), session.Data)])];
        foreach (string difference in differences) session.Output.Warn("warning: " + difference);

        var job = new TrainingJob(start, session.Data, folder: null);
        session.Output.Line($"training {start.Recipe.Name} again: {start.Settings.Whole("epochs")} epochs, seed {start.Seed}");
        IReadOnlyList<EpochResult> history = [];
        TrainingDisplay.Show(session.Output, progress => history = job.Fit(progress, session.Cancellation));
        string weights = StateHash.Of(job.Model);
        var score = TestScore.Measure(job.Model, job.Test, session.Cancellation);
        bool same = weights == expected;
        session.Output.Line($"weights of the run {expected}");
        session.Output.Line($"weights now        {weights}");
        session.Output.Line(same ? $"reproduced: the same weights, bit for bit; test {score.Metric} {score.Shown}"
            : $"test {score.Metric} {score.Shown} now, {(manifest.Metrics.TryGetValue(score.Metric.Key, out double then) ? score.Metric.Show(then) : "unknown")} in the run");
        session.Output.Json(new TrainingOutcome(start.Recipe.Name, score.Metric.Name, score.Value, history.Sum(e => e.Seconds), path).WriteJson);
        if (same) return ExitCodes.Success;
        session.Output.Warn($"{path} is not reproduced: the weights differ{(differences.Length > 0 ? "; see the warnings for what else does" : "")}");
        return ExitCodes.Failure;
    }

    private static int ReproduceFit(Session session, string path, RunManifest manifest)
    {
        if (manifest.WeightsSha256 is not { } expected || manifest.Status != RunStatus.Completed)
            throw new HebbException($"{path} did not come to its end, so there is nothing to compare with; go on with `{Launcher.Command} fit --resume {Texts.Shell(path)}`");
        var (data, fit) = FitRun.Repeat(session, manifest, path);
        string[] differences = [.. Differences(manifest, () => data.Records)];
        foreach (string difference in differences) session.Output.Warn("warning: " + difference);
        string weights = StateHash.Of(fit.Model);
        var score = TestScore.Measure(fit.Model, data.Test, session.Cancellation);
        session.Output.Line($"weights of the run {expected}");
        session.Output.Line($"weights now        {weights}");
        bool same = weights == expected;
        if (same) session.Output.Line($"reproduced: the same weights, bit for bit; test {score.Metric} {score.Shown}");
        session.Output.Json(new TrainingOutcome(FitSettings.RecipeName, score.Metric.Name, score.Value, fit.Seconds, path).WriteJson);
        if (same) return ExitCodes.Success;
        session.Output.Warn($"{path} is not reproduced: the weights differ{(differences.Length > 0 ? "; see the warnings for what else does" : "")}");
        return ExitCodes.Failure;
    }

    /// <summary>What is not as it was, and may change bits.</summary>
    private static IEnumerable<string> Differences(RunManifest manifest, Func<IEnumerable<DataRecord>> records)
    {
        if (manifest.Isa != Isa.Name) yield return $"the run took the {manifest.Isa} path, this is {Isa.Name}; bits may differ (HEBB_ISA={manifest.Isa} pins it)";
        if (manifest.Code is { } then && CodeVersion.Read() is var now)
        {
            if (then.Version != now.Version) yield return $"the run was made by {then.Version}, this is {now.Version}";
            else if (then.Dirty == true || now.Dirty == true) yield return "the code has changes that are not committed, so it need not be that of the run";
            if (then.LockFileSha256 != now.LockFileSha256) yield return "the packages of the run had other versions (packages.lock.json)";
        }
        foreach (var data in records())
            if (manifest.Data.FirstOrDefault(d => d.Name == data.Name) is { } before && before.Sha256 != data.Sha256)
                yield return $"{data.Name} is not what the run was trained on (SHA-256 {before.Sha256[..12]}…, now {data.Sha256[..12]}…)";
    }
}
