namespace Hebb;

/// <summary>What the figures of regression share: pairs of numbers, output and target of one shape (or [n, 1] and [n]). All axes after the first are columns.</summary>
public abstract class RegressionMetric : GatheredMetric
{
    private protected RegressionMetric()
    {
    }

    public override void Update(Tensor output, Tensor target)
    {
        bool flat = output.Count == target.Count && output.Rank > 0 && target.Rank > 0 && output.Shape[0] == target.Shape[0];
        if (output.Shape != target.Shape && !flat)
            throw new ShapeException($"{Name}: output {output.Shape} and target {target.Shape} differ");
        int columns = output.Rank == 0 || output.Shape[0] == 0 ? 1 : (int)(output.Count / output.Shape[0]);
        Add(output.To(DType.Float64).ToArray<double>(), target.To(DType.Float64).ToArray<double>(), columns);
    }

    private protected abstract void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns);
}

/// <summary>What figures share that are a function of the mean of something over all pairs.</summary>
public abstract class MeanError : RegressionMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();

    private protected MeanError()
    {
    }

    public override bool HigherIsBetter => false;

    public override double Value => _count.Value == 0 ? double.NaN : Finish(_sum.Value, _count.Value);

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum), ("count", _count)];

    private protected abstract double Of(double output, double target);

    private protected virtual double Finish(double sum, long count) => sum / count;

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
            _sum.Add(Of(output[i], target[i]));
        _count.Value += output.Length;
    }
}
