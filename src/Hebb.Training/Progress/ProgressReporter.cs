using System.Diagnostics;

namespace Hebb;

/// <summary>Tells how far a run is, ten times a second at most, and each time a pass ends.</summary>
internal sealed class ProgressReporter(IProgress<TrainingProgress>? target, int epochs, long totalSteps)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _last;

    public void Report(FitState state, int done, int total, bool validating)
    {
        if (target is null || (_last != 0 && Stopwatch.GetElapsedTime(_last) < Interval))
            return;
        _last = Stopwatch.GetTimestamp();
        var values = new OrderedDictionary<string, double>();
        state.Means.WriteTo(values, cheapOnly: true);
        target.Report(Of(state, state.Epoch + 1, done, total, values) with { Validating = validating });
    }

    public void Report(FitState state, EpochResult finished)
    {
        if (target is null)
            return;
        target.Report(Of(state, finished.Epoch, 0, 0, finished.Values) with { Finished = finished });
    }

    private TrainingProgress Of(FitState state, int epoch, int done, int total, IReadOnlyDictionary<string, double> values) => new()
    {
        Epoch = epoch,
        Epochs = epochs,
        Done = done,
        Total = total,
        Step = state.Step,
        TotalSteps = totalSteps,
        Values = values,
        LearningRate = state.LearningRate,
        SamplesPerSecond = state.Means.Samples / Math.Max(state.Seconds, 1e-9),
        Elapsed = Stopwatch.GetElapsedTime(_start),
    };
}
