namespace Hebb;

/// <summary>What the figures of regression share: pairs of numbers, output and target of one shape (or [n, 1] and [n]).</summary>
public abstract class RegressionMetric : Metric
{
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

/// <summary>The mean distance of output and target.</summary>
public sealed class MeanAbsoluteError : RegressionMetric
{
    private double _sum;
    private long _count;

    public override string Name => "mae";

    public override bool HigherIsBetter => false;

    public override double Value => _count == 0 ? double.NaN : _sum / _count;

    public override Metric Fresh() => new MeanAbsoluteError();

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["sum"] = MetricState.Of(_sum), ["count"] = MetricState.Of(_count) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => (_sum, _count) = (state.Double(Name, "sum"), state.Long(Name, "count"));

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
            _sum += Math.Abs(output[i] - target[i]);
        _count += output.Length;
    }
}

/// <summary>The root of the mean squared distance of output and target.</summary>
public sealed class RootMeanSquaredError : RegressionMetric
{
    private double _sum;
    private long _count;

    public override string Name => "rmse";

    public override bool HigherIsBetter => false;

    public override double Value => _count == 0 ? double.NaN : Math.Sqrt(_sum / _count);

    public override Metric Fresh() => new RootMeanSquaredError();

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["sum"] = MetricState.Of(_sum), ["count"] = MetricState.Of(_count) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => (_sum, _count) = (state.Double(Name, "sum"), state.Long(Name, "count"));

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
            _sum += (output[i] - target[i]) * (output[i] - target[i]);
        _count += output.Length;
    }
}

/// <summary>
/// The coefficient of determination, 1 - (sum of squared errors) / (sum of squared deviations of the targets from their mean); of several columns the mean. A column of equal
/// targets counts 1 where all its outputs are exact, otherwise 0. Not defined for fewer than two samples.
/// </summary>
public sealed class R2Score : RegressionMetric
{
    private double[] _errors = [], _means = [], _deviations = [];
    private long _count;

    public override string Name => "r2";

    public override double Value
    {
        get
        {
            if (_count < 2)
                return double.NaN;
            double sum = 0;
            for (int c = 0; c < _errors.Length; c++)
                sum += _deviations[c] > 0 ? 1 - _errors[c] / _deviations[c] : _errors[c] == 0 ? 1 : 0;
            return sum / _errors.Length;
        }
    }

    public override Metric Fresh() => new R2Score();

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>
    {
        ["errors"] = Tensor.From(_errors),
        ["means"] = Tensor.From(_means),
        ["deviations"] = Tensor.From(_deviations),
        ["count"] = MetricState.Of(_count),
    };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        _errors = state.Array<double>(Name, "errors");
        _means = state.Array<double>(Name, "means", _errors.Length);
        _deviations = state.Array<double>(Name, "deviations", _errors.Length);
        _count = state.Long(Name, "count");
    }

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        if (_errors.Length == 0)
            (_errors, _means, _deviations) = (new double[columns], new double[columns], new double[columns]);
        else if (_errors.Length != columns)
            throw new ShapeException($"{Name}: {columns} columns, earlier batches had {_errors.Length}");
        for (int i = 0; i < output.Length; i += columns)
        {
            // Welford's update (Technometrics 4, 1962): squares of deviations without cancellation.
            _count++;
            for (int c = 0; c < columns; c++)
            {
                double error = output[i + c] - target[i + c], away = target[i + c] - _means[c];
                _errors[c] += error * error;
                _means[c] += away / _count;
                _deviations[c] += away * (target[i + c] - _means[c]);
            }
        }
    }
}
