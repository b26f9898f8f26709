using System.CommandLine;
using System.Diagnostics;
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
        var start = RunStart.Of(RunFolders.Read(path), path);
        var model = RunFolders.LoadModel(path);
        var (_, test) = start.Recipe.Load(session.Data);
        var result = TestResult.Measure(model, test, session.Cancellation);
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        session.Output.Line($"{start.Recipe.Name} on {Texts.Plural(result.Count, "test row")} of {start.Recipe.Dataset}: accuracy {Texts.Percent(result.Accuracy)} "
            + $"({Texts.Plural(result.Errors, "error")}), loss {Texts.Number(result.Loss)}, macro F1 {Texts.Number(result.F1.Value)}");
        session.Output.Json(new TrainingOutcome(start.Recipe.Name, start.Recipe.Metric, result.Accuracy, seconds, path).WriteJson);
        return ExitCodes.Success;
    }
}
