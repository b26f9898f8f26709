using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The first NaN or infinity, and the op that made it.</summary>
public sealed class AnomalyException : HebbException
{
    internal AnomalyException(string message, string? forwardLine = null) : base(message) => ForwardLine = forwardLine;

    internal string? ForwardLine { get; }

    internal AnomalyException WithForward(string forward) => new($"{Message}; in the backward of {forward}", forward);
}

/// <summary>
/// While on, every op's result is looked at, and the op and source line that first made a NaN or an infinity are named. Slow; for finding faults.
/// <code>using var _ = Anomaly.Detect();</code>
/// </summary>
public readonly ref struct Anomaly
{
    private readonly bool _before;

    private Anomaly(bool on)
    {
        var thread = EngineThread.Current;
        _before = thread.DetectsAnomalies;
        thread.DetectsAnomalies = on;
    }

    public static bool IsEnabled => EngineThread.Current.DetectsAnomalies;

    /// <summary>Watches the ops of this thread until disposed.</summary>
    public static Anomaly Detect() => new(true);

    public void Dispose() => EngineThread.Current.DetectsAnomalies = _before;

    internal static void Check(Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        foreach (var output in outputs)
        {
            if (!output.DType.IsFloat || primitive is ViewPrimitive)
                continue;
            var (nan, infinite) = Copying.FindNonFinite(output);
            if (!nan && !infinite)
                continue;
            // Inputs that were not finite before are not this op's doing; a finite fill value is.
            foreach (var input in inputs)
            {
                if (!input.DType.IsFloat)
                    continue;
                var (inputNan, inputInfinite) = Copying.FindNonFinite(input);
                if (inputNan || inputInfinite)
                    throw new AnomalyException($"{primitive.DisplayName} was given {(inputNan ? "NaN" : "an infinity")} in an input {input.Spec} that no watched op made, at {SourceLine.OfCaller()}");
            }
            throw new AnomalyException($"{primitive.DisplayName} made {(nan ? "the first NaN" : "the first infinity")}, in its output {output.Spec}, at {SourceLine.OfCaller()}");
        }
    }
}
