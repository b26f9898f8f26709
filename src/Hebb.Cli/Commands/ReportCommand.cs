using System.CommandLine;
using Hebb.Cli.Runs;
using Hebb.Training.Reports;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb report RUN</c>: the page of curves of any recorded run, also of one that is still training.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var run = CommandOptions.Run();
        var file = new Option<string?>("--out") { Description = "The file to write; curves.html in the run's folder unless given", HelpName = "FILE" };
        var command = new Command("report", "Write a page with the curves of a run") { run, file };
        command.SetAction(session => Write(session, session.Value(run), session.Value(file)));
        return command;
    }

    private static int Write(Session session, string path, string? file)
    {
        RunFolders.Read(path);
        file ??= Path.Combine(path, "curves.html");
        TrainingReport.Of(path).Write(file);
        session.Output.Line($"report: {Paths.Shown(file)}");
        session.Output.Json(json => json.WriteString("report", Paths.Shown(file)));
        return ExitCodes.Success;
    }
}
