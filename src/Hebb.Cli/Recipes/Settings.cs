namespace Hebb.Cli.Recipes;

/// <summary>The values of a recipe's settings: its defaults, but for those that the user chose.</summary>
internal sealed class Settings
{
    private readonly IReadOnlyList<Setting> _known;
    private readonly Dictionary<string, double> _values;

    public Settings(IReadOnlyList<Setting> known)
    {
        _known = known;
        _values = known.ToDictionary(s => s.Name, s => s.Default);
    }

    public double this[string name] => _values[name];

    public int Whole(string name) => checked((int)_values[name]);

    /// <summary>Every setting in the recipe's order.</summary>
    public IEnumerable<(string Name, double Value)> All => _known.Select(s => (s.Name, _values[s.Name]));

    /// <exception cref="UsageException">There is no such setting, or it does not take this value.</exception>
    public void Set(string name, string value)
    {
        var setting = _known.FirstOrDefault(s => s.Name == name)
            ?? throw new UsageException($"unknown setting {name}{Suggestion.For(name, _known.Select(s => s.Name))}");
        _values[name] = setting.Parse(value);
    }

    /// <summary>Takes a <c>name=value</c>.</summary>
    public void Set(string assignment)
    {
        int equals = assignment.IndexOf('=');
        if (equals < 1) throw new UsageException($"--set {assignment}: must be name=value");
        Set(assignment[..equals], assignment[(equals + 1)..]);
    }
}
