using System.CommandLine;
using Hebb.Cli.Fitting;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb fit FILE_OR_DIR --target COLUMN</c>: from data to a tested model, without code.</summary>
internal static class FitCommand
{
    public static Command Create()
    {
        var source = new Argument<string?>("FILE_OR_DIR") { Description = "A table (CSV, TSV, JSON lines; .gz too), or a folder of pictures or texts with a subfolder for each class; not needed with --resume", Arity = ArgumentArity.ZeroOrOne };
        var target = CommandOptions.Text("--target", "The column to predict; folders need none", "COLUMN");
        var task = CommandOptions.Text("--task", "classification or regression; by default told by the target's values", "TASK");
        var epochs = CommandOptions.Whole("--epochs", "The most passes over the training rows; training ends by itself before", "N", 1, 100_000);
        var seed = CommandOptions.Whole("--seed", "What all randomness follows from, the split too; 1 unless given", "S", 0, long.MaxValue);
        var folder = CommandOptions.Text("--out", "The run's folder; by default runs/fit-NAME-TIME", "DIR");
        var group = CommandOptions.Text("--group", "Rows with the same value here stay on one side of the split", "COLUMN");
        var time = CommandOptions.Text("--time", "Test on the latest rows by this column", "COLUMN");
        var test = CommandOptions.Text("--test", "What to test on, instead of a fifth of FILE_OR_DIR", "FILE_OR_DIR");
        var exclude = CommandOptions.Text("--exclude", "Columns that the model may not look at", "COLUMN,…");
        var resume = CommandOptions.Text("--resume", "Go on with the fit in this folder, with the settings that it began with", "DIR");
        var columns = CommandOptions.Text("--columns", "Names for the columns of a file whose first line is a row already", "NAME,…");
        var command = new Command("fit", "Check data, choose and train a model, test it: no code needed") { source, target, task, epochs, seed, folder, group, time, test, exclude, columns, resume };
        command.SetAction(session =>
        {
            if (session.Value(resume) is { } begun)
            {
                string? other = session.Value(source) ?? new Option[] { target, task, epochs, seed, folder, group, time, test, exclude, columns }.FirstOrDefault(session.Given)?.Name;
                if (other is not null) throw new UsageException($"fit: {other} and --resume exclude each other: a fit goes on with the settings that it began with");
                if (!Directory.Exists(begun)) throw new UsageException($"fit: --resume {begun}: there is no such folder");
                session.Output.Json(FitRun.Resume(session, begun).WriteJson);
                return ExitCodes.Success;
            }
            if (session.Value(source) is not { } from) throw new UsageException("fit: FILE_OR_DIR is missing: which table or folder is to be learned from?");
            if (session.Value(group) is not null && session.Value(time) is not null) throw new UsageException("fit: --group and --time exclude each other: rows are split by one of them");
            var settings = new FitSettings
            {
                Source = Existing(from),
                Target = session.Value(target),
                Task = Task(session.Value(task)),
                Epochs = (int?)session.Value(epochs),
                Seed = session.Value(seed) ?? FitSettings.DefaultSeed,
                Group = session.Value(group),
                Time = session.Value(time),
                Test = session.Value(test) is { } file ? Existing(file) : null,
                Exclude = List(session.Value(exclude)),
                Columns = List(session.Value(columns)),
            };
            if (settings.Target is { } column && (settings.Exclude.Contains(column) || column == settings.Group))
                throw new UsageException($"fit: {column} is the target: it can't be {(column == settings.Group ? "the group" : "excluded")} too");
            string? path = session.Value(folder);
            bool goesOn = path is not null && FitRun.IsUnfinished(path, settings);
            session.Output.Json((goesOn ? FitRun.Resume(session, path!) : FitRun.Start(session, settings, path)).WriteJson);
            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>The names in a list that commas separate.</summary>
    internal static string[] List(string? text) => text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private static TableTask? Task(string? text) => text?.ToLowerInvariant() switch
    {
        null => null,
        "classification" => TableTask.Classification,
        "regression" => TableTask.Regression,
        _ => throw new UsageException($"fit: --task {text}: must be classification or regression"),
    };

    private static string Existing(string path) => Path.Exists(path) ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)) : throw new DataException($"{path}: no such file or folder");
}
