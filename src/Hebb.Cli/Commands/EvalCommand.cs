using System.CommandLine;
using System.Diagnostics;
using Hebb.Cli.Fitting;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb eval RUN</c>: measures a run's model on the test rows of its recipe.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        var run = CommandOptions.Run();
        var command = new Command("eval", "Measure a run's model on its test data") { run };
        command.SetAction(session => Evaluate(session, session.Value(run)));
        return command;
    }

    private static int Evaluate(Session session, string path)
    {
        long begun = Stopwatch.GetTimestamp();
        var manifest = RunFolders.Read(path);
        if (FitSettings.IsFit(manifest)) return EvaluateFit(session, path, manifest, begun);
        var start = RunStart.Of(manifest, path);
        var model = RunFolders.LoadModel(path);
        var (_, test) = start.Recipe.Load(session.Data);
        var score = TestScore.Measure(model, test, session.Cancellation);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        session.Output.Line($"{start.Recipe.Name} on {Texts.Plural(test.Count, "test row")} of {start.Recipe.Dataset}: {score.Line}");
        session.Output.Json(new TrainingOutcome(start.Recipe.Name, score.Metric.Name, score.Value, seconds, path).WriteJson);
        return ExitCodes.Success;
    }

    private static int EvaluateFit(Session session, string path, RunManifest manifest, long begun)
    {
        var model = RunFolders.LoadModel(path);
        var data = FitSource.Load(FitSettings.Of(manifest, path));
        var score = TestScore.Measure(model, data.Test, session.Cancellation);
        session.Output.Line($"{data.Name}, {Texts.Plural(data.Test.Count, "test row")}: {string.Join(", ", score.Figures.Select(f => $"{f.Name} {f.Shown}"))}");
        session.Output.Json(new TrainingOutcome(FitSettings.RecipeName, score.Metric.Name, score.Value, Stopwatch.GetElapsedTime(begun).TotalSeconds, path).WriteJson);
        return ExitCodes.Success;
    }
}
