using System.CommandLine;
using Hebb.Cli.Recipes;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary>The options with which a user shapes a training run.</summary>
internal sealed class TrainingChoices
{
    /// <summary>The seed where the user names none.</summary>
    public const long DefaultSeed = 1;

    public Option<long?> Epochs { get; } = CommandOptions.Whole("--epochs", "Passes over the training rows", "N", 1, 100_000);

    public Option<long?> Seed { get; } = CommandOptions.Whole("--seed", "What all randomness follows from; 1 unless given", "S", 0, long.MaxValue);

    public Option<string?> Out { get; } = CommandOptions.Text("--out", "The run's folder; by default runs/TIME-RECIPE", "DIR");

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "Change settings of the recipe; `hebb recipes NAME` lists them",
        HelpName = "key=value",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    /// <param name="session">Where the options' values are.</param>
    /// <param name="recipe">What they are for.</param>
    /// <param name="basis">What holds where nothing was given; by default the recipe's defaults.</param>
    /// <exception cref="UsageException">A setting is unknown or out of range.</exception>
    public RunStart Read(Session session, Recipe recipe, RunStart? basis = null)
    {
        var settings = new Settings(recipe.Settings);
        foreach (var (name, value) in basis is not null && basis.Recipe == recipe ? basis.Settings.All : []) settings.Set(name, Setting.Print(value));
        foreach (string assignment in session.Value(Set) ?? []) settings.Set(assignment);
        if (session.Value(Epochs) is { } epochs) settings.Set("epochs", Setting.Print(epochs));
        return new RunStart(recipe, settings, session.Value(Seed) ?? basis?.Seed ?? DefaultSeed);
    }
}
