namespace Hebb;

/// <summary>Where a run stands.</summary>
public sealed record TrainingProgress
{
    /// <summary>The pass under way, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Passes in all.</summary>
    public required int Epochs { get; init; }

    /// <summary>Steps done in this pass; while validating, batches done.</summary>
    public required int Done { get; init; }

    /// <summary>Steps in a pass; while validating, batches.</summary>
    public required int Total { get; init; }

    /// <summary>Steps done since the run began.</summary>
    public required long Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Whether the validation data are being looked at.</summary>
    public bool Validating { get; init; }

    /// <summary>Loss and metrics of the pass so far, those that are cheap to ask for.</summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    /// <summary>The rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Samples trained on a second, over this pass so far.</summary>
    public double SamplesPerSecond { get; init; }

    /// <summary>Time since the run began or was resumed.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Set when the pass has ended: what it brought.</summary>
    public EpochResult? Finished { get; init; }
}
