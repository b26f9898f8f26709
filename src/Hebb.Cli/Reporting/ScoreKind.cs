namespace Hebb.Cli.Reporting;

/// <summary>The figure that sums up a test: what it is called, which way is better, how people read it.</summary>
internal sealed record ScoreKind(string Name, bool HigherIsBetter, Func<double, string> Show)
{
    /// <summary>The share whose most probable class is the right one.</summary>
    public static ScoreKind Accuracy { get; } = new("accuracy", HigherIsBetter: true, Texts.Percent);

    /// <summary>The root of the mean squared error.</summary>
    public static ScoreKind RootMeanSquaredError { get; } = new("rmse", HigherIsBetter: false, NumberScores.Number);

    /// <summary>The kind and figure that a manifest holds; null where it has none.</summary>
    public static (ScoreKind Kind, double Value)? Of(RunManifest manifest)
    {
        foreach (var kind in (ScoreKind[])[RootMeanSquaredError, Accuracy])
            if (manifest.Metrics.TryGetValue(kind.Key, out double value)) return (kind, value);
        return null;
    }

    /// <summary>Its key in a manifest.</summary>
    public string Key => "test_" + Name;

    /// <summary>Whether a figure is at least as good as another.</summary>
    public bool Reaches(double value, double other) => HigherIsBetter ? value >= other : value <= other;

    public override string ToString() => Name;
}
