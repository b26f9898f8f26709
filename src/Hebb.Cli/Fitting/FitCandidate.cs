using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>A model that is tried, and how it is trained.</summary>
internal sealed record FitCandidate
{
    /// <summary>Such as <c>linear model</c>.</summary>
    public required string Name { get; init; }

    /// <summary>One line for the report.</summary>
    public required string Description { get; init; }

    /// <summary>Makes the untrained model for some training rows. It draws from <see cref="Rng.Default"/>.</summary>
    public required Func<TensorDataset, Module> Build { get; init; }

    public required LossFunction Loss { get; init; }

    /// <summary>The most passes.</summary>
    public required int Epochs { get; init; }

    /// <summary>Passes without a better validation loss after which training ends.</summary>
    public required int Patience { get; init; }

    public required int BatchSize { get; init; }

    public required double LearningRate { get; init; }

    public double WeightDecay { get; init; }

    /// <summary>The rate's course; null for the same rate throughout.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>What happens to training batches.</summary>
    public BatchTransform? Augment { get; init; }

    /// <summary>The validation metric beside the loss.</summary>
    public Metric? Metric { get; init; }
}
