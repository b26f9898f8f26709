namespace Hebb;

/// <summary>A metric whose memory is a list of named parts, which are saved, loaded and merged one by one. The base of all metrics here.</summary>
public abstract class GatheredMetric : Metric
{
    private protected GatheredMetric()
    {
    }

    /// <summary>All that is gathered, by name; the same parts at every call.</summary>
    private protected abstract IReadOnlyList<(string Name, Gathered Part)> Parts { get; }

    /// <summary>The options, beyond those in the name, that the figure hangs on.</summary>
    private protected virtual string Settings => "";

    /// <summary>Whether parts that were loaded fit each other.</summary>
    private protected virtual bool IsConsistent => true;

    public override IReadOnlyDictionary<string, Tensor> State() => Parts.ToDictionary(p => p.Name, p => p.Part.Save());

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach (var (name, part) in Parts)
            part.Load(state, Name, name);
        if (!IsConsistent)
            throw new CheckpointException($"the state of {Name}: its entries do not fit each other");
    }

    public override void Merge(Metric other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.GetType() != GetType() || other.Name != Name)
            throw new HebbException($"Merge: {Name} ({GetType().Name}) can't take in {other.Name} ({other.GetType().Name})");
        var gathered = (GatheredMetric)other;
        if (gathered.Settings != Settings)
            throw new HebbException($"Merge: {Name} with {Settings} can't take in {Name} with {gathered.Settings}");
        var (mine, others) = (Parts, gathered.Parts);
        for (int i = 0; i < mine.Count; i++)
            mine[i].Part.Merge(others[i].Part);
    }
}
