namespace Hebb.Cli.Fitting;

/// <summary>A metric of the mean over the members of an ensemble: answers [n, members, outputs] are averaged, those without members left as they are.</summary>
internal sealed class MemberMetric(Metric inner) : Metric
{
    public override string Name => inner.Name;

    private Metric Inner => inner;

    public override bool HigherIsBetter => inner.HigherIsBetter;

    public override bool IsCheap => inner.IsCheap;

    public override bool IsScalar => inner.IsScalar;

    public override double Value => inner.Value;

    public override void Update(Tensor output, Tensor target) => inner.Update(output.Rank == 3 ? output.Mean(1) : output, target);

    public override void Merge(Metric other) => inner.Merge(other is MemberMetric members ? members.Inner : other);

    public override Metric Fresh() => new MemberMetric(inner.Fresh());

    public override IReadOnlyDictionary<string, Tensor> State() => inner.State();

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => inner.LoadState(state);

    public override string Format(double value) => inner.Format(value);
}
