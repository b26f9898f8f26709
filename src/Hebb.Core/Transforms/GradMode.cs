namespace Hebb;

/// <summary>Whether ops of this thread are recorded for backward. Flows to no other thread.</summary>
public readonly ref struct GradMode
{
    [ThreadStatic]
    private static bool t_disabled;

    private readonly bool _before;

    private GradMode(bool enabled)
    {
        _before = t_disabled;
        t_disabled = !enabled;
    }

    /// <summary>Whether ops on tensors that require gradients are recorded now.</summary>
    public static bool IsEnabled => !t_disabled;

    /// <summary>Records nothing until disposed: <c>using var _ = GradMode.NoGrad();</c></summary>
    public static GradMode NoGrad() => new(false);

    /// <summary>Records again until disposed, inside a <see cref="NoGrad"/>.</summary>
    public static GradMode Enable() => new(true);

    internal static GradMode Set(bool enabled) => new(enabled);

    /// <summary>Restores what was.</summary>
    public void Dispose() => t_disabled = _before;
}
