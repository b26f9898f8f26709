using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb data</c>: which datasets there are and where they lie; <c>info NAME</c> tells more of one, <c>get NAME</c> downloads it.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var command = new Command("data", "List the datasets, tell more of one, or get it");
        command.SetAction(List);
        var name = new Argument<string>("NAME") { Description = "A dataset of `hebb data`" };
        var get = new Command("get", "Download a dataset and check it") { name };
        get.SetAction(session => Get(session, session.Value(name)));
        var info = new Command("info", "Tell what a dataset holds, whose it is, and where its files are") { name };
        info.SetAction(session => Info(session, session.Value(name)));
        command.Add(get);
        command.Add(info);
        return command;
    }

    /// <summary>How many of the datasets can be read without a download.</summary>
    public static string Summary(DataStore store) => $"{Catalog.Entries.Count(store.Has)} of {Catalog.Entries.Count} sets found";

    private static int List(Session session)
    {
        var store = session.Data;
        session.Output.Table(["name", "task", "size", "licence", "where"],
            [.. Catalog.Entries.Select(e => (IReadOnlyList<string>)[e.Name, e.Task, Size(e.Bytes), e.Licence, Where(store, e) ?? "missing"])]);
        session.Output.Line();
        session.Output.Line($"{Summary(store)}. `hebb data info NAME` tells more of one, `hebb data get NAME` downloads it;");
        session.Output.Line("or set HEBB_DATA to the folder that has the files, each set's in a folder of its name or beside one another.");
        session.Output.Json(json =>
        {
            json.WriteStartArray("datasets");
            foreach (var entry in Catalog.Entries) Write(json, store, entry);
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    private static int Info(Session session, string name)
    {
        var (store, entry) = (session.Data, Find("info", name));
        session.Output.Line($"{entry.Name}: {entry.Contents}");
        session.Output.Line($"  task     {entry.Task}");
        session.Output.Line($"  licence  {entry.Licence}");
        session.Output.Line($"  source   {entry.Source}");
        foreach (var file in entry.Files)
            session.Output.Line($"  file     {file.Name}, {Size(file.Bytes)}{(file.IsArchive ? " of files" : "")}: {(entry.Embedded ? "ships with Hebb" : store.Find(entry, file) ?? (file.Urls.Count > 0 ? "missing; " + file.Urls[0] : "missing"))}");
        if (!store.Has(entry)) session.Output.Line($"  missing: {Advice(entry)}");
        session.Output.Json(json =>
        {
            json.WritePropertyName("dataset");
            Write(json, store, entry);
        });
        return ExitCodes.Success;
    }

    private static int Get(Session session, string name)
    {
        var entry = Find("get", name);
        if (!session.Data.Has(entry))
        {
            using var progress = new DownloadDisplay(session.Output);
            session.Data.GetAsync(entry, progress, session.Cancellation).GetAwaiter().GetResult();
        }
        if (!entry.Embedded)
            foreach (var file in entry.Files) session.Data.Check(entry, file);
        session.Output.Line($"{entry.Name}: {Where(session.Data, entry)}; checked");
        session.Output.Json(json =>
        {
            json.WritePropertyName("dataset");
            Write(json, session.Data, entry);
        });
        return ExitCodes.Success;
    }

    private static CatalogEntry Find(string command, string name) => Catalog.Entries.FirstOrDefault(e => e.Name == name)
        ?? throw new UsageException($"data {command}: no dataset is called {name}{Suggestion.For(name, Catalog.Entries.Select(e => e.Name))}");

    private static string Advice(CatalogEntry entry) => entry.Downloadable
        ? $"run `hebb data get {entry.Name}`, or set HEBB_DATA to the folder that has {entry.Name}/"
        : $"it has no home that a program may load it from: get it from its source, and set HEBB_DATA to the folder that has {entry.Name}/";

    /// <summary>The folder that holds all of a dataset; null where a file is missing.</summary>
    private static string? Where(DataStore store, CatalogEntry entry)
    {
        if (entry.Embedded) return "ships with Hebb";
        return store.Has(entry) ? "in " + Path.GetDirectoryName(store.Find(entry, entry.Files[0])) : null;
    }

    private static string Size(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, bytes / 1000)} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB");

    private static void Write(Utf8JsonWriter json, DataStore store, CatalogEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("name", entry.Name);
        json.WriteString("task", entry.Task);
        json.WriteString("contents", entry.Contents);
        json.WriteNumber("bytes", entry.Bytes);
        json.WriteString("licence", entry.Licence);
        json.WriteString("source", entry.Source);
        json.WriteBoolean("found", store.Has(entry));
        json.WriteBoolean("downloadable", entry.Downloadable);
        json.WriteString("where", Where(store, entry));
        json.WriteEndObject();
    }
}
