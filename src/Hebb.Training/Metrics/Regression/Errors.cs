using static System.FormattableString;

namespace Hebb;

/// <summary>The mean distance of output and target: mean |y - t|.</summary>
public sealed class MeanAbsoluteError : MeanError
{
    public override string Name => "mae";

    public override Metric Fresh() => new MeanAbsoluteError();

    private protected override double Of(double output, double target) => Math.Abs(output - target);
}

/// <summary>The mean squared distance of output and target: mean (y - t)².</summary>
public sealed class MeanSquaredError : MeanError
{
    public override string Name => "mse";

    public override Metric Fresh() => new MeanSquaredError();

    private protected override double Of(double output, double target) => (output - target) * (output - target);
}

/// <summary>The root of the mean squared distance of output and target.</summary>
public sealed class RootMeanSquaredError : MeanError
{
    public override string Name => "rmse";

    public override Metric Fresh() => new RootMeanSquaredError();

    private protected override double Of(double output, double target) => (output - target) * (output - target);

    private protected override double Finish(double sum, long count) => Math.Sqrt(sum / count);
}

/// <summary>The mean of (ln(1 + y) - ln(1 + t))²: relative errors, of counts and prices.</summary>
public sealed class MeanSquaredLogError : MeanError
{
    public override string Name => "msle";

    public override Metric Fresh() => new MeanSquaredLogError();

    /// <exception cref="DataException">A value is not above -1.</exception>
    private protected override double Of(double output, double target)
    {
        if (output <= -1 || target <= -1)
            throw new DataException($"msle: {Math.Min(output, target)}: outputs and targets must be above -1");
        double away = double.LogP1(output) - double.LogP1(target);
        return away * away;
    }
}

/// <summary>The mean of |y - t| / |t|, as a share (times 100 for percent). Targets nearer to 0 than 2^-52 count as 2^-52.</summary>
public sealed class MeanAbsolutePercentageError : MeanError
{
    private const double Smallest = 2.220446049250313e-16;

    public override string Name => "mape";

    public override Metric Fresh() => new MeanAbsolutePercentageError();

    private protected override double Of(double output, double target) => Math.Abs(output - target) / Math.Max(Math.Abs(target), Smallest);
}

/// <summary>The mean of 2 |y - t| / (|y| + |t|), from 0 to 2; where both are 0, 0 (Armstrong 1985, Makridakis 1993).</summary>
public sealed class SymmetricMeanAbsolutePercentageError : MeanError
{
    public override string Name => "smape";

    public override Metric Fresh() => new SymmetricMeanAbsolutePercentageError();

    private protected override double Of(double output, double target) =>
        output == 0 && target == 0 ? 0 : 2 * Math.Abs(output - target) / (Math.Abs(output) + Math.Abs(target));
}

/// <summary>The mean of ln cosh(y - t): squared for small errors, absolute for large ones.</summary>
public sealed class LogCoshError : MeanError
{
    public override string Name => "log_cosh";

    public override Metric Fresh() => new LogCoshError();

    private protected override double Of(double output, double target)
    {
        double away = Math.Abs(output - target);
        return away + double.LogP1(Math.Exp(-2 * away)) - Math.Log(2);
    }
}

/// <summary>The mean of max(q (t - y), (q - 1) (t - y)), least where outputs are the q-quantile of the targets (Koenker and Bassett 1978).</summary>
public sealed class PinballLoss : MeanError
{
    private readonly double _quantile;

    /// <param name="quantile">q, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not between 0 and 1.</exception>
    public PinballLoss(double quantile = 0.5)
    {
        if (!(quantile is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "PinballLoss: must be between 0 and 1");
        _quantile = quantile;
    }

    public override string Name => $"pinball_{MetricText.Plain(_quantile)}";

    public override Metric Fresh() => new PinballLoss(_quantile);

    private protected override double Of(double output, double target) => Math.Max(_quantile * (target - output), (_quantile - 1) * (target - output));
}

/// <summary>
/// The mean deviance of a Tweedie distribution: power 0 is the squared error, 1 Poisson's (counts), 2 Gamma's (positive amounts), between them both (Jørgensen 1987).
/// </summary>
public sealed class TweedieDeviance : MeanError
{
    private readonly double _power;

    /// <param name="power">Variance grows as this power of the mean: at most 0, or at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies between 0 and 1, where there is no such distribution.</exception>
    public TweedieDeviance(double power = 0)
    {
        if (!(power is <= 0 or >= 1))
            throw new ArgumentOutOfRangeException(nameof(power), power, "TweedieDeviance: must be at most 0 or at least 1");
        _power = power;
    }

    public override string Name => $"tweedie_{MetricText.Plain(_power)}";

    public override Metric Fresh() => new TweedieDeviance(_power);

    /// <exception cref="DataException">An output or a target is outside what the distribution allows.</exception>
    private protected override double Of(double output, double target)
    {
        if (_power == 0)
            return (output - target) * (output - target);
        if (output <= 0 || (_power >= 2 ? target <= 0 : _power >= 1 && target < 0))
            throw new DataException($"{Name}: output {output} and target {target}: outputs must be positive{(_power >= 2 ? ", targets too" : _power >= 1 ? ", targets not negative" : "")}");
        if (_power == 1)
            return 2 * ((target == 0 ? 0 : target * Math.Log(target / output)) - target + output);
        if (_power == 2)
            return 2 * (Math.Log(output / target) + target / output - 1);
        return 2 * (Math.Pow(Math.Max(target, 0), 2 - _power) / ((1 - _power) * (2 - _power))
            - target * Math.Pow(output, 1 - _power) / (1 - _power) + Math.Pow(output, 2 - _power) / (2 - _power));
    }
}

/// <summary>(Sum of |y - t|^p)^(1/p) over all pairs.</summary>
public sealed class MinkowskiDistance : MeanError
{
    private readonly double _p;

    /// <param name="p">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public MinkowskiDistance(double p)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(p, 1);
        _p = p;
    }

    public override string Name => $"minkowski_{MetricText.Plain(_p)}";

    public override Metric Fresh() => new MinkowskiDistance(_p);

    private protected override double Of(double output, double target) => Math.Pow(Math.Abs(output - target), _p);

    private protected override double Finish(double sum, long count) => Math.Pow(sum, 1 / _p);
}

/// <summary>
/// The mean absolute error as a share of that of a naive forecast on the training series (Hyndman and Koehler, "Another look at measures of forecast accuracy", 2006): below 1 is
/// better than repeating the value of a season ago.
/// </summary>
public sealed class MeanAbsoluteScaledError : MeanError
{
    private readonly double _scale;

    /// <param name="scale">What the naive forecast errs on average, from <see cref="NaiveScale"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public MeanAbsoluteScaledError(double scale)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scale);
        _scale = scale;
    }

    public override string Name => "mase";

    /// <summary>The mean of |t_i - t_(i - season)| over a training series.</summary>
    /// <param name="series">In order of time.</param>
    /// <param name="season">Steps back to the value that is repeated.</param>
    /// <exception cref="DataException">The series is not longer than the season.</exception>
    public static double NaiveScale(ReadOnlySpan<double> series, int season = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        if (series.Length <= season)
            throw new DataException($"NaiveScale: a series of {series.Length} values is not longer than a season of {season}");
        var sum = new ExactSum();
        for (int i = season; i < series.Length; i++)
            sum.Add(Math.Abs(series[i] - series[i - season]));
        return sum.Value / (series.Length - season);
    }

    private protected override string Settings => Invariant($"scale {_scale}");

    public override Metric Fresh() => new MeanAbsoluteScaledError(_scale);

    private protected override double Of(double output, double target) => Math.Abs(output - target);

    private protected override double Finish(double sum, long count) => sum / count / _scale;
}

/// <summary>The largest |y - t|.</summary>
public sealed class MaxError : RegressionMetric
{
    private readonly Extreme _largest = new(greatest: true);

    public override string Name => "max_error";

    public override bool HigherIsBetter => false;

    public override double Value => _largest.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("largest", _largest)];

    public override Metric Fresh() => new MaxError();

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
            _largest.Add(Math.Abs(output[i] - target[i]));
    }
}

/// <summary>The median of |y - t| over all pairs, of an even number the mean of the middle two. All errors are kept until the end.</summary>
public sealed class MedianAbsoluteError : RegressionMetric
{
    private readonly Series<double> _errors = new();

    public override string Name => "median_ae";

    public override bool HigherIsBetter => false;

    public override bool IsCheap => false;

    public override double Value
    {
        get
        {
            double[] errors = _errors.ToArray();
            if (errors.Length == 0 || errors.Any(double.IsNaN))
                return double.NaN;
            Array.Sort(errors);
            int middle = errors.Length / 2;
            return errors.Length % 2 == 1 ? errors[middle] : (errors[middle - 1] + errors[middle]) / 2;
        }
    }

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("errors", _errors)];

    public override Metric Fresh() => new MedianAbsoluteError();

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
            _errors.Add(Math.Abs(output[i] - target[i]));
    }
}

/// <summary>The sum of |y - t| as a share of the sum of |t|, over all pairs.</summary>
public sealed class WeightedMeanAbsolutePercentageError : RegressionMetric
{
    private readonly ExactSum _errors = new(), _targets = new();

    public override string Name => "wmape";

    public override bool HigherIsBetter => false;

    public override double Value => _errors.Value / _targets.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("errors", _errors), ("targets", _targets)];

    public override Metric Fresh() => new WeightedMeanAbsolutePercentageError();

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
        {
            _errors.Add(Math.Abs(output[i] - target[i]));
            _targets.Add(Math.Abs(target[i]));
        }
    }
}

/// <summary>
/// Theil's inequality coefficient, rms(y - t) / (rms(y) + rms(t)) over all pairs: 0 for exact outputs, at most 1 (Theil, "Economic Forecasts and Policy", 1961). Not defined where all
/// are 0.
/// </summary>
public sealed class TheilInequality : RegressionMetric
{
    private readonly ExactSum _errors = new(), _outputs = new(), _targets = new();

    public override string Name => "theil_u";

    public override bool HigherIsBetter => false;

    public override double Value => Math.Sqrt(_errors.Value) / (Math.Sqrt(_outputs.Value) + Math.Sqrt(_targets.Value));

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("errors", _errors), ("outputs", _outputs), ("targets", _targets)];

    public override Metric Fresh() => new TheilInequality();

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int i = 0; i < output.Length; i++)
        {
            double error = output[i] - target[i];
            _errors.Add(error * error);
            _outputs.Add(output[i] * output[i]);
            _targets.Add(target[i] * target[i]);
        }
    }
}

/// <summary>The mean over samples of the cosine of the angle between output and target, both [n, d]. Rows of zeros count 0.</summary>
public sealed class MeanCosineSimilarity : RegressionMetric
{
    private readonly ExactSum _sum = new();
    private readonly Tally _count = new();

    public override string Name => "cosine_similarity";

    public override double Value => _count.Value == 0 ? double.NaN : _sum.Value / _count.Value;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("sum", _sum), ("count", _count)];

    public override Metric Fresh() => new MeanCosineSimilarity();

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        for (int start = 0; start < output.Length; start += columns)
        {
            double dot = 0, own = 0, other = 0;
            for (int i = start; i < start + columns; i++)
            {
                dot += output[i] * target[i];
                own += output[i] * output[i];
                other += target[i] * target[i];
            }
            _sum.Add(own == 0 || other == 0 ? 0 : dot / Math.Sqrt(own) / Math.Sqrt(other));
            _count.Value++;
        }
    }
}
