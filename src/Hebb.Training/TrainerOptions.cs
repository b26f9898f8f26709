using Microsoft.Extensions.Logging;

namespace Hebb;

/// <summary>How a <see cref="Trainer"/> trains, beyond model, optimizer and loss.</summary>
public sealed record TrainerOptions
{
    /// <summary>The learning rate's course as a function of the step; null leaves the optimizer's rate alone.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Scales gradients down to this norm, taken over all parameters, where they exceed it.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>Batches whose gradients make up one step: as one batch of all their samples, in the memory of one and of the sums of gradients.</summary>
    public int AccumulationSteps { get; init; } = 1;

    /// <summary>
    /// Whether steps are compiled: traced when batches of a shape come a second time, then replayed. What can't be traced runs op by op, with one warning that says
    /// why. Host values that the model looks at (but for train and eval modes, learning rates and which parameters are frozen) stay as they were when it was traced.
    /// </summary>
    public bool Compile { get; init; } = true;

    /// <summary>
    /// Modules of which backward keeps only the inputs and computes the rest again, by path: <c>["blocks.*"]</c>, where * stands for any characters but dots. Less memory
    /// for about one more forward of them, and the same bits; see <see cref="Module.GradientCheckpointing"/>.
    /// </summary>
    public IReadOnlyList<string> GradientCheckpointing { get; init; } = [];

    /// <summary>In which types steps compute. Evaluation and validation compute in those of the model, as whoever uses it later.</summary>
    public TrainingPrecision Precision { get; init; }

    /// <summary>What to measure beside the loss. By default accuracy where targets are class numbers, otherwise nothing.</summary>
    public IReadOnlyList<Metric>? Metrics { get; init; }

    /// <summary>Called in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>Receives epochs and warnings. Without one, warnings go to the console's error stream.</summary>
    public ILogger? Logger { get; init; }

    /// <summary>Whether a line on the console shows how far training is. By default where the console is interactive and no one else was given the progress.</summary>
    public bool? Progress { get; init; }

    /// <summary>When and where checkpoints are written; without a folder here or a <see cref="Run"/>, none are.</summary>
    public CheckpointOptions? Checkpoints { get; init; }

    /// <summary>The folder that records the run: metrics, status, checkpoints.</summary>
    public RunFolder? Run { get; init; }

    /// <summary>Random streams beside <see cref="Rng.Default"/> that the model draws from; their positions go into checkpoints too.</summary>
    public IReadOnlyList<Rng> Streams { get; init; } = [];

    internal void Check()
    {
        if (ClipNorm is { } norm && !(norm > 0))
            throw new HebbException($"TrainerOptions: a ClipNorm of {norm} is not positive");
        if (AccumulationSteps < 1)
            throw new HebbException($"TrainerOptions: {AccumulationSteps} AccumulationSteps: must be at least 1");
        Checkpoints?.Check();
        CheckNames("TrainerOptions", Metrics);
        if (Twice(Callbacks.Select(c => c.Name)) is { } name)
            throw new HebbException($"TrainerOptions: two callbacks are called '{name}'");
    }

    /// <exception cref="HebbException">Two metrics have one name.</exception>
    internal static void CheckNames(string where, IReadOnlyList<Metric>? metrics)
    {
        if (Twice(metrics?.Select(m => m.Name) ?? []) is { } name)
            throw new HebbException($"{where}: two metrics are called '{name}'; give one of them another name with As(\"…\")");
    }

    private static string? Twice(IEnumerable<string> names) => names.GroupBy(n => n).FirstOrDefault(g => g.Count() > 1)?.Key;
}
