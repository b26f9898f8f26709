using System.Text.Json.Nodes;
using Hebb.Cli.Recipes;
using Hebb.Data;

namespace Hebb.Cli.Runs;

/// <summary>What determines a run: with the same code and instruction set it gives the same weights.</summary>
internal sealed record RunStart(Recipe Recipe, Settings Settings, long Seed)
{
    /// <summary>The start that a run's manifest tells.</summary>
    /// <exception cref="HebbException">The run is of a recipe or has a setting that this version does not know.</exception>
    public static RunStart Of(RunManifest manifest, string folder)
    {
        if (Fitting.FitSettings.IsFit(manifest)) throw new HebbException($"{folder} is a run of `{Launcher.Command} fit`, not of a recipe");
        if (RecipeBook.All.FirstOrDefault(r => r.Name == manifest.Recipe) is not { } recipe)
            throw new HebbException($"{folder}: {(manifest.Recipe.Length > 0 ? $"this version of Hebb has no recipe {manifest.Recipe}" : "follows no recipe")}");
        var settings = new Settings(recipe.Settings);
        foreach (var (name, value) in manifest.Config)
        {
            try
            {
                settings.Set(name, Setting.Print(value!.GetValue<double>()));
            }
            catch (Exception e) when (e is UsageException or InvalidOperationException or NullReferenceException or System.FormatException)
            {
                throw new HebbException($"{folder}: the setting {name} of its manifest is not one of this version's {recipe.Name}", e);
            }
        }
        return new RunStart(recipe, settings, checked((long)manifest.Seed));
    }

    /// <summary>The manifest of a new run.</summary>
    public RunManifest ToManifest(string id, DataStore store, IReadOnlyList<string> commandLine)
    {
        var config = new JsonObject();
        foreach (var (name, value) in Settings.All) config[name] = JsonValue.Create(value);
        return new RunManifest
        {
            Id = id,
            Recipe = Recipe.Name,
            Config = config,
            Data = [DataRecord.Of(Catalog.Find(Recipe.Dataset), store)],
            Seed = (ulong)Seed,
            CommandLine = commandLine,
        };
    }

    /// <summary>Refuses choices that differ from this start.</summary>
    /// <exception cref="UsageException">One does; the message says which.</exception>
    public void Agree(RunStart chosen, string folder)
    {
        if (chosen.Recipe != Recipe) throw new UsageException($"train: {folder} is a run of {Recipe.Name}, not of {chosen.Recipe.Name}");
        if (chosen.Seed != Seed) throw new UsageException($"train: {folder} has seed {Seed}; a resumed run keeps its seed");
        foreach (var ((name, value), (_, other)) in Settings.All.Zip(chosen.Settings.All))
            if (value != other) throw new UsageException($"train: {folder} has {name}={Setting.Print(value)}; a resumed run keeps its settings");
    }
}
