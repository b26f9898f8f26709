using System.CommandLine;
using Hebb.Cli.Recipes;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb quickstart</c>: trains the small network on the digits that ship with Hebb, with a report and lines to paste.</summary>
internal static class QuickstartCommand
{
    private const string Recipe = "cnn-digits";

    public static Command Create()
    {
        var choices = new TrainingChoices();
        var command = new Command("quickstart", "Train, evaluate and explain a small network on handwritten digits; takes seconds") { choices.Epochs, choices.Seed, choices.Out, choices.Set };
        command.SetAction(session =>
        {
            var start = choices.Read(session, RecipeBook.Find(Recipe));
            session.Output.Json(TrainingRun.Start(session, start, session.Value(choices.Out)).WriteJson);
            return ExitCodes.Success;
        });
        return command;
    }
}
