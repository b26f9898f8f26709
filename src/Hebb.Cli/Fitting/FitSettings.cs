using System.Text.Json.Nodes;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>What a user asks of <c>hebb fit</c>. With the same code and data it determines the model to the bit; a run's manifest holds it.</summary>
internal sealed record FitSettings
{
    /// <summary>What stands for the recipe's name in the manifest of a fit.</summary>
    public const string RecipeName = "fit";

    /// <summary>Where the seed of a user that names none comes from.</summary>
    public const long DefaultSeed = 1;

    /// <summary>The table, or the folder of pictures or texts; a full path.</summary>
    public required string Source { get; init; }

    /// <summary>The column to predict; null for folders, whose subfolders are the classes.</summary>
    public string? Target { get; init; }

    /// <summary>What to make of the target; null to tell by its values.</summary>
    public TableTask? Task { get; init; }

    /// <summary>The most passes over the data; null for the candidates' own.</summary>
    public int? Epochs { get; init; }

    public long Seed { get; init; } = DefaultSeed;

    /// <summary>A column whose equal values stay on one side of the split.</summary>
    public string? Group { get; init; }

    /// <summary>A column in whose order the table is split: the later rows test.</summary>
    public string? Time { get; init; }

    /// <summary>A table, or folder, that is the test; a full path. Null to hold rows out.</summary>
    public string? Test { get; init; }

    /// <summary>Columns that are no features.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>Names for the columns of a table without a header; empty where it has one.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    public JsonObject ToConfig()
    {
        var config = new JsonObject { ["source"] = Source };
        if (Target is not null) config["target"] = Target;
        if (Task is { } task) config["task"] = task.ToString().ToLowerInvariant();
        if (Epochs is { } epochs) config["epochs"] = epochs;
        if (Group is not null) config["group"] = Group;
        if (Time is not null) config["time"] = Time;
        if (Test is not null) config["test"] = Test;
        if (Exclude.Count > 0) config["exclude"] = List(Exclude);
        if (Columns.Count > 0) config["columns"] = List(Columns);
        return config;
    }

    /// <summary>The settings that the manifest of a fit tells.</summary>
    /// <exception cref="HebbException">It lacks one, or has one of another kind.</exception>
    public static FitSettings Of(RunManifest manifest, string folder)
    {
        try
        {
            var config = manifest.Config;
            return new FitSettings
            {
                Source = config["source"]!.GetValue<string>(),
                Target = config["target"]?.GetValue<string>(),
                Task = config["task"]?.GetValue<string>() is { } task ? Enum.Parse<TableTask>(task, ignoreCase: true) : null,
                Epochs = config["epochs"]?.GetValue<int>(),
                Seed = checked((long)manifest.Seed),
                Group = config["group"]?.GetValue<string>(),
                Time = config["time"]?.GetValue<string>(),
                Test = config["test"]?.GetValue<string>(),
                Exclude = Read("exclude"),
                Columns = Read("columns"),
            };

            string[] Read(string name) => config[name] is { } list ? [.. list.AsArray().Select(v => v!.GetValue<string>())] : [];
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException or System.FormatException or ArgumentException or OverflowException)
        {
            throw new HebbException($"{folder}: its manifest does not tell what was fitted", e);
        }
    }

    public static bool IsFit(RunManifest manifest) => manifest.Recipe == RecipeName;

    private static JsonArray List(IReadOnlyList<string> values) => [.. values.Select(v => (JsonNode?)JsonValue.Create(v))];
}
