using System.CommandLine;
using System.Globalization;
using Hebb.Cli.Recipes;
using Hebb.Cli.Reporting;
using Hebb.Cli.Runs;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb recipes</c>: what can be trained; <c>hebb recipes NAME</c>: one of them with its settings.</summary>
internal static class RecipesCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "Show this one with its settings", Arity = ArgumentArity.ZeroOrOne };
        var check = new Option<bool>("--check") { Description = "Train it with its defaults, and fail unless it reaches its figure" };
        var command = new Command("recipes", "List what can be trained") { name, check };
        command.SetAction(session =>
        {
            var recipe = session.Value(name) is { } wanted ? RecipeBook.Find(wanted) : null;
            if (session.Value(check)) return Check(session, recipe ?? throw new UsageException("recipes: --check needs the NAME of a recipe"));
            return recipe is null ? List(session) : Show(session, recipe);
        });
        return command;
    }

    private static int List(Session session)
    {
        session.Output.Table(
            ["RECIPE", "REACHES", "DATA", "WHAT"],
            [.. RecipeBook.All.Select(r => (string[])[r.Name, Reference(r), r.Dataset, r.Description])]);
        session.Output.Line();
        session.Output.Line("hebb recipes NAME shows what can be set; hebb train NAME trains it; hebb recipes NAME --check holds it to its figure");
        session.Output.Json(json =>
        {
            json.WriteStartArray("recipes");
            foreach (var recipe in RecipeBook.All)
            {
                json.WriteStartObject();
                json.WriteString("recipe", recipe.Name);
                json.WriteString("data", recipe.Dataset);
                json.WriteString("metric", recipe.Metric.Name);
                json.WriteNumber("reference", recipe.Reference);
                json.WriteString("description", recipe.Description);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    private static int Show(Session session, Recipe recipe)
    {
        session.Output.Line($"{recipe.Name}: {recipe.Description}");
        session.Output.Line($"reaches a test {recipe.Metric} of {Reference(recipe)} on {recipe.Dataset}");
        session.Output.Line();
        session.Output.Table(
            ["SETTING", "DEFAULT", "MEANING"],
            [.. recipe.Settings.Select(s => (string[])[s.Name, Setting.Print(s.Default), s.Meaning])]);
        session.Output.Line();
        session.Output.Line($"hebb train {recipe.Name} --set {recipe.Settings[0].Name}={Setting.Print(recipe.Settings[0].Default)} …");
        session.Output.Json(json =>
        {
            json.WriteString("recipe", recipe.Name);
            json.WriteStartObject("settings");
            foreach (var setting in recipe.Settings) json.WriteNumber(setting.Name, setting.Default);
            json.WriteEndObject();
        });
        return ExitCodes.Success;
    }

    private static int Check(Session session, Recipe recipe)
    {
        var outcome = TrainingRun.Start(session, new RunStart(recipe, new Settings(recipe.Settings), TrainingChoices.DefaultSeed), path: null);
        bool reached = recipe.Reaches(outcome.Value);
        session.Output.Line();
        session.Output.Line($"{recipe.Name} must reach {Reference(recipe)} and reaches {recipe.Metric.Show(outcome.Value)}: {(reached ? "right" : "not good enough")}");
        session.Output.Json(outcome.WriteJson);
        return reached ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static string Reference(Recipe recipe) => recipe.Metric == ScoreKind.RootMeanSquaredError ? $"{recipe.Metric.Show(recipe.Reference)} RMSE" : (100 * recipe.Reference).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
