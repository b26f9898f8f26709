using Hebb.Cli.Runs;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary><c>hebb predict</c> for models of tables: CSV in, CSV out.</summary>
internal static class TablePrediction
{
    /// <param name="session">The command's.</param>
    /// <param name="run">The run's folder or the model's file.</param>
    /// <param name="model">The model.</param>
    /// <param name="prepared">How its inputs are made.</param>
    /// <param name="files">Tables.</param>
    /// <param name="to">The file to write; null for the screen.</param>
    /// <param name="columns">Names for tables without a header.</param>
    public static int Run(Session session, string run, LoadedModel model, TablePreprocessing prepared, string[] files, string? to, string[] columns)
    {
        if (files.Length > 1 && to is not null) throw new UsageException("predict: --out takes one table at a time");
        var json = new List<(string File, int Rows, int Bad)>();
        foreach (string file in files)
        {
            var table = Read(run, file, prepared, columns);
            var answers = TablePredictions.Of(model, prepared, table, session.Cancellation);
            foreach (var bad in answers.Bad) session.Output.Warn($"{file} line {bad.Line}: {bad.Reason}: {(bad.Dropped ? "no prediction" : "the value counts as missing")}");
            if (to is null)
            {
                session.Output.Text(answers.ToCsv());
            }
            else
            {
                AtomicFile.WriteText(to, answers.ToCsv());
                session.Output.Line($"{Texts.Plural(table.Count, "prediction")} in {to}{(answers.Bad.Count > 0 ? $"; {Texts.Plural(answers.Bad.Count, "bad row")}, see above" : "")}");
            }
            json.Add((file, table.Count, answers.Bad.Count));
        }
        session.Output.Json(writer =>
        {
            writer.WriteString("run", run);
            writer.WriteStartArray("tables");
            foreach (var (file, rows, bad) in json)
            {
                writer.WriteStartObject();
                writer.WriteString("input", file);
                writer.WriteNumber("rows", rows);
                writer.WriteNumber("bad_rows", bad);
                if (to is not null) writer.WriteString("output", to);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    /// <summary>The table, under the names that the run's own table had where neither file nor user gives any.</summary>
    private static Table Read(string run, string file, TablePreprocessing prepared, string[] columns)
    {
        if (columns.Length == 0 && Directory.Exists(run) && RunFolder.Read(run) is { } manifest && FitSettings.IsFit(manifest) && FitSettings.Of(manifest, run).Columns is { Count: > 0 } trained)
        {
            // A file with a header has one however the run's had none.
            if (Table.Read(file) is var named && prepared.Columns.All(named.Has)) return named;
            columns = [.. trained];
            int width = Table.Read(file, hasHeader: false).Columns.Count;
            if (width == columns.Length - 1) columns = [.. columns.Where(c => c != prepared.Target)];
        }
        return TableSource.Read(file, columns, prepared.Columns);
    }
}
