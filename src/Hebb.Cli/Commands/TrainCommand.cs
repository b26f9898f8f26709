using System.CommandLine;
using Hebb.Cli.Recipes;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb train RECIPE</c>: trains, measures, writes a run folder; <c>--resume DIR</c> goes on with one.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE") { Description = "A recipe of `hebb recipes`; not needed with --resume", Arity = ArgumentArity.ZeroOrOne };
        var choices = new TrainingChoices();
        var resume = CommandOptions.Text("--resume", "Go on with the run in this folder, or start it over where it has no checkpoint", "DIR");
        var command = new Command("train", "Train a recipe") { recipe, choices.Epochs, choices.Seed, choices.Out, resume, choices.Set };
        command.SetAction(session =>
        {
            string? name = session.Value(recipe);
            if (session.Value(resume) is { } folder) return Resume(session, choices, folder, name);
            if (name is null) throw new UsageException($"train: RECIPE is missing{Suggestion.For("", RecipeBook.All.Select(r => r.Name))}");
            var start = choices.Read(session, RecipeBook.Find(name));
            return Finish(session, TrainingRun.Start(session, start, session.Value(choices.Out)));
        });
        return command;
    }

    private static int Resume(Session session, TrainingChoices choices, string folder, string? name)
    {
        if (session.Given(choices.Out)) throw new UsageException("train: --out and --resume exclude each other: a resumed run stays in its folder");
        return Finish(session, TrainingRun.Resume(session, folder, name is null ? null : RecipeBook.Find(name), choices));
    }

    private static int Finish(Session session, TrainingOutcome outcome)
    {
        session.Output.Json(outcome.WriteJson);
        return ExitCodes.Success;
    }
}
