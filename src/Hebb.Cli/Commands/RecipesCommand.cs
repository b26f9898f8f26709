using System.CommandLine;
using System.Globalization;
using Hebb.Cli.Recipes;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb recipes</c>: what can be trained; <c>hebb recipes NAME</c>: one of them with its settings.</summary>
internal static class RecipesCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "Show this one with its settings", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("recipes", "List what can be trained") { name };
        command.SetAction(session => session.Value(name) is { } wanted ? Show(session, RecipeBook.Find(wanted)) : List(session));
        return command;
    }

    private static int List(Session session)
    {
        session.Output.Table(
            ["RECIPE", "REACHES", "DATA", "WHAT"],
            [.. RecipeBook.All.Select(r => (string[])[r.Name, Reference(r), r.Dataset, r.Description])]);
        session.Output.Line();
        session.Output.Line("hebb recipes NAME shows what can be set; hebb train NAME trains it");
        session.Output.Json(json =>
        {
            json.WriteStartArray("recipes");
            foreach (var recipe in RecipeBook.All)
            {
                json.WriteStartObject();
                json.WriteString("recipe", recipe.Name);
                json.WriteString("data", recipe.Dataset);
                json.WriteString("metric", recipe.Metric);
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

    private static string Reference(Recipe recipe) => (100 * recipe.Reference).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
