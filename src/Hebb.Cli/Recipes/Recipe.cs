using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>
/// A model, the data it learns from, how it is trained, and the figure that it must reach. One file of the folder <c>recipes/</c> each.
/// </summary>
internal abstract class Recipe
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What is trained on what, in one line.</summary>
    public abstract string Description { get; }

    /// <summary>The dataset's name in the catalog.</summary>
    public abstract string Dataset { get; }

    /// <summary>What <see cref="Reference"/> measures on the test rows.</summary>
    public virtual ScoreKind Metric => ScoreKind.Accuracy;

    /// <summary>The figure that the defaults must reach: the least accuracy, 0 to 1, or the largest error.</summary>
    public abstract double Reference { get; }

    /// <summary>Whether a figure is as good as <see cref="Reference"/>.</summary>
    public bool Reaches(double value) => Metric.Reaches(value, Reference);

    /// <summary>What a user may change, with the defaults.</summary>
    public abstract IReadOnlyList<Setting> Settings { get; }

    /// <summary>Training rows and test rows. No choice is ever made on test rows.</summary>
    public abstract (TensorDataset Train, TensorDataset Test) Load(DataStore store);

    /// <summary>The untrained model.</summary>
    /// <param name="settings">What the user chose.</param>
    /// <param name="train">The training rows of <see cref="Load"/>.</param>
    public abstract Module Build(Settings settings, TensorDataset train);

    /// <summary>What happens to training batches and never to others; null for nothing.</summary>
    public virtual BatchTransform? Augment(Settings settings) => null;

    public virtual Optimizer Optimizer(Settings settings) => new AdamW(lr: settings["lr"], weightDecay: settings["weight-decay"]);

    /// <summary>Up over the first part of an epoch or more, then down along a cosine.</summary>
    public virtual Schedule Schedule(Settings settings) => new CosineSchedule(warmupEpochs: settings["warmup"]);

    public virtual LossFunction Loss(Settings settings) => Losses.CrossEntropyWith(labelSmoothing: settings["smoothing"]);

    /// <summary>What is measured beside the loss while it trains; null for what the targets suggest.</summary>
    public virtual IReadOnlyList<Metric>? Metrics => null;

    /// <summary>The settings that every recipe has, with its defaults; smoothing where classes are predicted.</summary>
    protected static Setting[] Common(int epochs, int batch, double lr, double weightDecay, double? smoothing, double warmup, double validation) =>
    [
        new("epochs", epochs, "passes over the training rows", 1, 100_000, IsWhole: true),
        new("batch", batch, "samples a step", 1, 1 << 20, IsWhole: true),
        new("lr", lr, "the highest learning rate", 0, 100),
        new("weight-decay", weightDecay, "AdamW's decay of the weights", 0, 100),
        .. smoothing is { } share ? (Setting[])[new("smoothing", share, "share of the target spread over all classes", 0, 0.99)] : [],
        new("warmup", warmup, "epochs until the highest learning rate", 0, 100_000),
        new("validation", validation, "share of the training rows held out for the learning curves", 0, 0.9),
        new("samples", 0, "training rows to use, 0 for all: for quick tries", 0, int.MaxValue, IsWhole: true),
    ];
}
