namespace Hebb;

/// <summary>
/// What figures of plain numbers share, such as of a loss term or a time: the values given to <see cref="Update(double, double)"/>, or all elements of the outputs.
/// </summary>
public abstract class AggregationMetric : GatheredMetric
{
    private readonly string _name;

    private protected AggregationMetric(string name) => _name = name;

    public override string Name => _name;

    /// <summary>Takes a number in.</summary>
    /// <param name="value">The number.</param>
    /// <param name="weight">How much it counts in a mean or sum.</param>
    public abstract void Update(double value, double weight = 1);

    /// <summary>Takes all elements of a tensor in.</summary>
    public void Update(Tensor values)
    {
        foreach (double value in values.To(DType.Float64).ToArray<double>())
            Update(value);
    }

    /// <summary>Takes all elements of the output in; the target does not matter.</summary>
    public override void Update(Tensor output, Tensor target) => Update(output);
}

/// <summary>The weighted mean.</summary>
/// <param name="name">Its name.</param>
public sealed class MeanMetric(string name = "mean") : AggregationMetric(name)
{
    private readonly ExactSum _sum = new(), _weights = new();

    public override double Value => _weights.Value == 0 ? double.NaN : _sum.Value / _weights.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => Memory;

    internal IReadOnlyList<(string Name, Gathered Part)> Memory => [("sum", _sum), ("weights", _weights)];

    public override void Update(double value, double weight = 1)
    {
        _sum.AddProduct(value, weight);
        _weights.Add(weight);
    }

    public override Metric Fresh() => new MeanMetric(Name);
}

/// <summary>The weighted sum, rounded once.</summary>
/// <param name="name">Its name.</param>
public sealed class SumMetric(string name = "sum") : AggregationMetric(name)
{
    private readonly ExactSum _sum = new();

    public override double Value => _sum.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum)];

    public override void Update(double value, double weight = 1) => _sum.AddProduct(value, weight);

    public override Metric Fresh() => new SumMetric(Name);
}

/// <summary>The least number.</summary>
/// <param name="name">Its name.</param>
public sealed class MinMetric(string name = "min") : AggregationMetric(name)
{
    private readonly Extreme _least = new(greatest: false);

    public override bool HigherIsBetter => false;

    public override double Value => _least.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("least", _least)];

    public override void Update(double value, double weight = 1) => _least.Add(value);

    public override Metric Fresh() => new MinMetric(Name);
}

/// <summary>The greatest number.</summary>
/// <param name="name">Its name.</param>
public sealed class MaxMetric(string name = "max") : AggregationMetric(name)
{
    private readonly Extreme _greatest = new(greatest: true);

    public override double Value => _greatest.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("greatest", _greatest)];

    public override void Update(double value, double weight = 1) => _greatest.Add(value);

    public override Metric Fresh() => new MaxMetric(Name);
}

/// <summary>
/// The mean of a loss function over samples, beside the one that is trained: <c>new LossMetric("huber", Losses.Huber)</c>. Made of the means of batches, so other batches change its last
/// digits.
/// </summary>
/// <param name="name">Its name.</param>
/// <param name="loss">A mean over the samples of a batch.</param>
public sealed class LossMetric(string name, LossFunction loss) : GatheredMetric
{
    private readonly MeanMetric _mean = new();

    public override string Name => name;

    public override bool HigherIsBetter => false;

    public override double Value => _mean.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => _mean.Memory;

    public override void Update(Tensor output, Tensor target)
    {
        using var noGrad = GradMode.NoGrad();
        _mean.Update(loss(output, target).To(DType.Float64).ToArray<double>()[0], output.Rank == 0 ? 1 : output.Shape[0]);
    }

    public override Metric Fresh() => new LossMetric(name, loss);
}
