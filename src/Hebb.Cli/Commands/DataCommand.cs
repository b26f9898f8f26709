using System.CommandLine;
using System.Text.Json;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb data</c>: which datasets there are and where they lie; <c>hebb data get NAME</c> downloads one.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var command = new Command("data", "List the datasets, or get one");
        command.SetAction(List);
        var name = new Argument<string>("NAME") { Description = "A dataset of `hebb data`" };
        var get = new Command("get", "Download a dataset and check it") { name };
        get.SetAction(session => Get(session, session.Value(name)));
        command.Add(get);
        return command;
    }

    private static int List(Session session)
    {
        var store = session.Data;
        foreach (var entry in Catalog.Entries)
        {
            session.Output.Line($"{entry.Name}: {entry.Contents}");
            session.Output.Line($"  {entry.Task}; {entry.Licence}; {entry.Source}");
            session.Output.Line($"  {Where(store, entry) ?? $"missing: run `hebb data get {entry.Name}`, or set HEBB_DATA to the folder that has {entry.Name}/"}");
        }
        session.Output.Json(json =>
        {
            json.WriteStartArray("datasets");
            foreach (var entry in Catalog.Entries) Write(json, store, entry);
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    private static int Get(Session session, string name)
    {
        var entry = Catalog.Entries.FirstOrDefault(e => e.Name == name)
            ?? throw new UsageException($"data get: no dataset is called {name}{Suggestion.For(name, Catalog.Entries.Select(e => e.Name))}");
        if (!session.Data.Has(entry))
        {
            using var progress = new DownloadDisplay(session.Output);
            session.Data.GetAsync(entry, progress, session.Cancellation).GetAwaiter().GetResult();
        }
        foreach (var file in entry.Files) Check(session.Data, entry, file);
        session.Output.Line($"{entry.Name}: {Where(session.Data, entry)}; checked");
        session.Output.Json(json =>
        {
            json.WritePropertyName("dataset");
            Write(json, session.Data, entry);
        });
        return ExitCodes.Success;
    }

    private static void Check(DataStore store, CatalogEntry entry, CatalogFile file)
    {
        if (store.Find(entry, file) is not { } path) return;
        var (sha256, _) = DataStore.Hash(path);
        if (sha256 != file.Sha256) throw new DataException($"{path}: is not the published file (SHA-256 {sha256[..12]}…, not {file.Sha256[..12]}…)");
    }

    /// <summary>The folder that holds all of a dataset; null where a file is missing.</summary>
    public static string? Where(DataStore store, CatalogEntry entry)
    {
        if (entry.Embedded) return "ships with Hebb";
        return store.Has(entry) ? "in " + Path.GetDirectoryName(store.Find(entry, entry.Files[0])) : null;
    }

    private static void Write(Utf8JsonWriter json, DataStore store, CatalogEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("name", entry.Name);
        json.WriteString("task", entry.Task);
        json.WriteString("contents", entry.Contents);
        json.WriteString("licence", entry.Licence);
        json.WriteString("source", entry.Source);
        json.WriteString("where", Where(store, entry));
        json.WriteEndObject();
    }
}
