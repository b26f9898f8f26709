namespace Hebb;

/// <summary>
/// A figure gathered over batches, exactly: splitting the samples into other batches does not change it, nor does measuring them apart and merging. Derive one for a figure of your
/// own; the trainer makes instances with <see cref="Fresh"/>, so that training and validation keep apart.
/// </summary>
public abstract class Metric
{
    /// <summary>The name in histories, logs and monitors, such as <c>accuracy</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Whether larger values are better.</summary>
    public virtual bool HigherIsBetter => true;

    /// <summary>Whether <see cref="Value"/> may be asked for after every step; false where it costs a pass over all samples so far.</summary>
    public virtual bool IsCheap => true;

    /// <summary>Whether there is a single figure; false for tables, which are left out of histories.</summary>
    public virtual bool IsScalar => true;

    /// <summary>The figure of all samples so far; NaN where it is not defined, as before the first one.</summary>
    public abstract double Value { get; }

    /// <summary>Takes a batch in.</summary>
    /// <param name="output">What the model gave, [n, …].</param>
    /// <param name="target">What it should have given, [n, …].</param>
    public abstract void Update(Tensor output, Tensor target);

    /// <summary>Takes in all that another has gathered, as if its samples had come after those of this one: workers measure apart, and one figure comes of it.</summary>
    /// <param name="other">A metric of the same kind and settings; it stays as it is.</param>
    /// <exception cref="HebbException">It is of another kind, or has other settings.</exception>
    /// <exception cref="ShapeException">It has seen other numbers of classes or columns.</exception>
    public abstract void Merge(Metric other);

    /// <summary>Another of the same settings that has seen nothing.</summary>
    public abstract Metric Fresh();

    /// <summary>This metric under another name, for histories that hold two of a kind: <c>new F1(threshold: 1).As("strict_f1")</c>. What it gathers is shared with this one.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public Metric As(string name) => new RenamedMetric(this, name);

    /// <summary>All that was gathered, for a checkpoint or for sending to another worker.</summary>
    public abstract IReadOnlyDictionary<string, Tensor> State();

    /// <summary>Goes on from what <see cref="State"/> gave.</summary>
    /// <exception cref="CheckpointException">An entry is missing or of another shape.</exception>
    public abstract void LoadState(IReadOnlyDictionary<string, Tensor> state);

    /// <summary>A value as people read it; four digits after the point unless overridden.</summary>
    public virtual string Format(double value) => MetricText.Number(value);

    public override string ToString() => $"{Name} {Format(Value)}";
}
