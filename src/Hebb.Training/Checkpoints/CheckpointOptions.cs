namespace Hebb;

/// <summary>
/// When and where checkpoints are written. Each is one file with all that training goes on from: weights, optimizer, data and random positions, metrics, history, callbacks.
/// One is also written when training ends and when it is cancelled.
/// </summary>
public sealed record CheckpointOptions
{
    /// <summary>The folder; by default that of <see cref="TrainerOptions.Run"/>.</summary>
    public string? Folder { get; init; }

    /// <summary>After every so many passes; 0 for none.</summary>
    public int EveryEpochs { get; init; } = 1;

    /// <summary>After every so many steps; 0 for none.</summary>
    public long EverySteps { get; init; }

    /// <summary>After the first step that ends this long after the last checkpoint.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary>How many are kept: with the default of 2, a newest one that is damaged leaves an older to fall back to.</summary>
    public int Keep { get; init; } = 2;

    internal void Check()
    {
        if (EveryEpochs < 0 || EverySteps < 0 || Every < TimeSpan.Zero)
            throw new HebbException("CheckpointOptions: intervals can't be negative");
        if (Keep < 1)
            throw new HebbException($"CheckpointOptions: Keep is {Keep}: must be at least 1");
    }
}
