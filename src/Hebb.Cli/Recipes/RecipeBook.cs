namespace Hebb.Cli.Recipes;

/// <summary>The recipes there are.</summary>
internal static class RecipeBook
{
    public static IReadOnlyList<Recipe> All { get; } = [new CnnDigits(), new CnnMnist(), new MlpMnist(), new TabularAdult(), new TabularHousing(), new TabularTitanic()];

    /// <exception cref="UsageException">There is no such recipe.</exception>
    public static Recipe Find(string name) => All.FirstOrDefault(r => r.Name == name)
        ?? throw new UsageException($"unknown recipe {name}{Suggestion.For(name, All.Select(r => r.Name))}");
}
