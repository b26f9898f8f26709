namespace Hebb;

/// <summary>A metric under another name.</summary>
internal sealed class RenamedMetric : Metric
{
    private readonly Metric _metric;

    public RenamedMetric(Metric metric, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        (_metric, Name) = (metric is RenamedMetric renamed ? renamed._metric : metric, name);
    }

    public override string Name { get; }

    /// <summary>The metric itself.</summary>
    public Metric Inner => _metric;

    public override bool HigherIsBetter => _metric.HigherIsBetter;

    public override bool IsCheap => _metric.IsCheap;

    public override bool IsScalar => _metric.IsScalar;

    public override double Value => _metric.Value;

    public override void Update(Tensor output, Tensor target) => _metric.Update(output, target);

    public override void Merge(Metric other) => _metric.Merge(other is RenamedMetric renamed ? renamed._metric : other);

    public override Metric Fresh() => _metric.Fresh().As(Name);

    public override IReadOnlyDictionary<string, Tensor> State() => _metric.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _metric.LoadState(state);

    public override string Format(double value) => _metric.Format(value);
}
