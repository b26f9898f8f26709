using System.CommandLine;
using System.Globalization;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb runs</c>: the runs in a folder, the latest first.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = "Where runs lie; runs unless given", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("runs", "List the runs there are") { folder };
        command.SetAction(session => List(session, session.Value(folder)));
        return command;
    }

    private static int List(Session session, string? folder)
    {
        if (folder is not null && !Directory.Exists(folder)) throw new UsageException($"runs: there is no folder {folder}");
        var runs = RunFolder.List(folder ?? RunFolders.Default);
        if (runs.Count == 0) session.Output.Line($"no runs in {folder ?? RunFolders.Default}; `{Launcher.Command} quickstart` makes the first one");
        else session.Output.Table(["RUN", "RECIPE", "STATUS", "TEST", "SEED", "TIME", "STARTED"], [.. runs.Select(r => Row(r.Path, r.Manifest))]);
        session.Output.Json(json =>
        {
            json.WriteStartArray("runs");
            foreach (var (path, manifest) in runs)
            {
                json.WriteStartObject();
                json.WriteString("run", Paths.Shown(path));
                json.WriteString("recipe", manifest.Recipe);
                json.WriteString("status", manifest.Status.ToString().ToLowerInvariant());
                var score = ScoreKind.Of(manifest);
                json.WriteString("metric", (score?.Kind ?? ScoreKind.Accuracy).Name);
                if (score is { } tested) json.WriteNumber("value", Math.Round(tested.Value, 6));
                else json.WriteNull("value");
                if (manifest.Seconds is { } seconds) json.WriteNumber("seconds", seconds);
                else json.WriteNull("seconds");
                json.WriteNumber("seed", manifest.Seed);
                json.WriteString("weights", manifest.WeightsSha256);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    private static string[] Row(string path, RunManifest manifest) =>
    [
        Paths.Shown(path),
        manifest.Recipe.Length > 0 ? manifest.Recipe : "–",
        manifest.Status.ToString().ToLowerInvariant(),
        ScoreKind.Of(manifest) is var (kind, value) ? $"{kind.Show(value)}{(kind.HigherIsBetter ? "" : " " + kind.Name.ToUpperInvariant())}" : "–",
        manifest.Seed.ToString(CultureInfo.InvariantCulture),
        manifest.Seconds is { } seconds ? Texts.Seconds(seconds) : "–",
        manifest.Started.LocalDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
    ];
}
