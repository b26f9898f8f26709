using System.Diagnostics;

namespace Hebb;

/// <summary>How far a run has come: what a checkpoint must hold beside weights, optimizer and loaders.</summary>
internal sealed class FitState(IReadOnlyList<Metric>? asked)
{
    private long _since = Stopwatch.GetTimestamp();
    private double _earlier;

    /// <summary>The pass under way or next, from 0.</summary>
    public int Epoch { get; set; }

    /// <summary>Steps done since the run began.</summary>
    public long Step { get; set; }

    /// <summary>Steps done in this pass.</summary>
    public int EpochStep { get; set; }

    /// <summary>The training part of the pass is over, its validation is not.</summary>
    public bool Trained { get; set; }

    /// <summary>Nothing is left to do.</summary>
    public bool Finished { get; set; }

    public double LearningRate { get; set; }

    public RunningMeans Means { get; } = new(asked);

    public History History { get; } = new();

    /// <summary>Seconds spent on this pass.</summary>
    public double Seconds
    {
        get => _earlier + Stopwatch.GetElapsedTime(_since).TotalSeconds;
        set => (_earlier, _since) = (value, Stopwatch.GetTimestamp());
    }

    /// <summary>Goes to where a checkpoint was.</summary>
    public void Restore(CheckpointPosition position, Metric[]? metrics)
    {
        (Epoch, EpochStep, Step, Trained) = (position.Epoch, position.EpochStep, position.Step, position.Trained);
        (LearningRate, Seconds) = (position.LastRate, position.Seconds);
        Means.Restore(position.LossSum, position.Samples, metrics);
        foreach (var epoch in position.History)
            History.Add(epoch);
        History.StopReason = position.StopReason;
    }

    /// <summary>On to the next pass.</summary>
    public void Advance()
    {
        (Epoch, EpochStep, Trained, Seconds) = (Epoch + 1, 0, false, 0);
        Means.Reset();
    }
}
