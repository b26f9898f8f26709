namespace Hebb;

/// <summary>Which way a figure is better.</summary>
public enum MonitorMode
{
    /// <summary>Lower for losses and errors, higher for everything else.</summary>
    Auto,

    /// <summary>Lower is better.</summary>
    Min,

    /// <summary>Higher is better.</summary>
    Max,
}

/// <summary>What a name tells of the figure that it names.</summary>
internal static class Monitoring
{
    private static readonly string[] Falling = ["loss", "mae", "rmse", "mse", "error", "perplexity"];

    public static bool HigherIsBetter(string name) => !Falling.Any(f => name.EndsWith(f, StringComparison.Ordinal));

    public static bool HigherIsBetter(string name, MonitorMode mode) => mode == MonitorMode.Auto ? HigherIsBetter(name) : mode == MonitorMode.Max;

    /// <summary>Whether a value beats the best by more than a difference. NaN beats nothing and is beaten by all else.</summary>
    public static bool IsBetter(double value, double best, bool higherIsBetter, double minDelta = 0) =>
        !double.IsNaN(value) && (double.IsNaN(best) || (higherIsBetter ? value - best : best - value) > minDelta);
}
