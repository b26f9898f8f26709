using Hebb.Transforms;

namespace Hebb;

/// <summary>Whether ops of this thread are recorded for backward. Flows to no other thread.</summary>
public readonly ref struct GradMode
{
    private readonly bool _before;

    private GradMode(bool enabled)
    {
        var thread = EngineThread.Current;
        _before = thread.GradDisabled;
        thread.GradDisabled = !enabled;
    }

    /// <summary>Whether ops on tensors that require gradients are recorded now.</summary>
    public static bool IsEnabled => !EngineThread.Current.GradDisabled;

    /// <summary>Records nothing until disposed: <c>using var _ = GradMode.NoGrad();</c></summary>
    public static GradMode NoGrad() => new(false);

    /// <summary>Records again until disposed, inside a <see cref="NoGrad"/>.</summary>
    public static GradMode Enable() => new(true);

    internal static GradMode Set(bool enabled) => new(enabled);

    /// <summary>Restores what was.</summary>
    public void Dispose() => EngineThread.Current.GradDisabled = _before;
}
