namespace Hebb;

/// <summary>
/// What figures of variances and covariances share: the mean of a figure over the columns, from sums that are kept exactly and only then subtracted, so that neither large means nor
/// the order of batches matter.
/// </summary>
public abstract class MomentScore : RegressionMetric
{
    private readonly Tally _count = new();
    private readonly ExactSums _outputs = new(), _targets = new(), _outputSquares = new(), _targetSquares = new(), _products = new(), _errors = new(), _errorSquares = new();

    private protected MomentScore()
    {
    }

    public override double Value => PerColumn is { Count: > 0 } columns ? columns.Average() : double.NaN;

    /// <summary>The figure of each column.</summary>
    public IReadOnlyList<double> PerColumn => _count.Value < 2 ? [] : [.. Enumerable.Range(0, _outputs.Length).Select(c => Of(At(c)))];

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts =>
    [
        ("count", _count), ("outputs", _outputs), ("targets", _targets), ("output_squares", _outputSquares), ("target_squares", _targetSquares), ("products", _products),
        ("errors", _errors), ("error_squares", _errorSquares),
    ];

    private protected override bool IsConsistent => All.All(s => s.Length == _outputs.Length);

    private ExactSums[] All => [_outputs, _targets, _outputSquares, _targetSquares, _products, _errors, _errorSquares];

    private protected abstract double Of(in Moments m);

    private protected override void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, int columns)
    {
        foreach (var sums in All)
            sums.Fit(columns, Name, "columns");
        for (int i = 0; i < output.Length; i++)
        {
            int c = i % columns;
            double y = output[i], t = target[i], error = y - t;
            _outputs[c].Add(y);
            _targets[c].Add(t);
            _outputSquares[c].AddProduct(y, y);
            _targetSquares[c].AddProduct(t, t);
            _products[c].AddProduct(y, t);
            _errors[c].Add(error);
            _errorSquares[c].AddProduct(error, error);
        }
        _count.Value += output.Length / columns;
    }

    private Moments At(int c)
    {
        double n = _count.Value;
        return new Moments(n, _outputs[c].Value / n, _targets[c].Value / n, _errorSquares[c].Value,
            Spread(_outputSquares[c], _outputs[c], _outputs[c]), Spread(_targetSquares[c], _targets[c], _targets[c]),
            Spread(_errorSquares[c], _errors[c], _errors[c]), Spread(_products[c], _outputs[c], _targets[c]));

        // Sum of products of deviations: (n sum(ab) - sum(a) sum(b)) / n.
        double Spread(ExactSum products, ExactSum a, ExactSum b) => (double)(products.Wide * n - a.Wide * b.Wide) / n;
    }
}

/// <summary>Sums over the samples of a column.</summary>
/// <param name="Count">Samples.</param>
/// <param name="OutputMean">Mean of the outputs.</param>
/// <param name="TargetMean">Mean of the targets.</param>
/// <param name="SquaredErrors">Sum of (y - t)².</param>
/// <param name="Outputs">Sum of squared deviations of the outputs from their mean.</param>
/// <param name="Targets">The same of the targets.</param>
/// <param name="Errors">The same of y - t.</param>
/// <param name="Together">Sum of the products of the deviations of outputs and targets.</param>
internal readonly record struct Moments(double Count, double OutputMean, double TargetMean, double SquaredErrors, double Outputs, double Targets, double Errors, double Together);

/// <summary>
/// The coefficient of determination, 1 - (sum of squared errors) / (sum of squared deviations of the targets from their mean); of several columns the mean. A column of equal
/// targets counts 1 where all its outputs are exact, otherwise 0. Not defined for fewer than two samples.
/// </summary>
public sealed class R2Score : MomentScore
{
    public override string Name => "r2";

    public override Metric Fresh() => new R2Score();

    private protected override double Of(in Moments m) => m.Targets > 0 ? 1 - m.SquaredErrors / m.Targets : m.SquaredErrors == 0 ? 1 : 0;
}

/// <summary>
/// 1 - Var(y - t) / Var(t): as <see cref="R2Score"/>, but a constant error costs nothing. A column of equal targets counts 1 where the error is constant, otherwise 0.
/// </summary>
public sealed class ExplainedVariance : MomentScore
{
    public override string Name => "explained_variance";

    public override Metric Fresh() => new ExplainedVariance();

    private protected override double Of(in Moments m) => m.Targets > 0 ? 1 - m.Errors / m.Targets : m.Errors == 0 ? 1 : 0;
}

/// <summary>The sum of squared errors as a share of that of the mean of the targets: 1 - R².</summary>
public sealed class RelativeSquaredError : MomentScore
{
    public override string Name => "relative_squared_error";

    public override bool HigherIsBetter => false;

    public override Metric Fresh() => new RelativeSquaredError();

    private protected override double Of(in Moments m) => m.SquaredErrors / m.Targets;
}

/// <summary>The linear correlation of output and target, -1 to 1 (Pearson 1895); of several columns the mean. Not defined where one of them is constant.</summary>
public sealed class PearsonCorrelation : MomentScore
{
    public override string Name => "pearson";

    public override Metric Fresh() => new PearsonCorrelation();

    private protected override double Of(in Moments m) => Math.Clamp(m.Together / Math.Sqrt(m.Outputs) / Math.Sqrt(m.Targets), -1, 1);
}

/// <summary>Agreement, correlation lessened by differences of mean and spread: 2 cov / (var y + var t + (mean y - mean t)²) (Lin 1989).</summary>
public sealed class ConcordanceCorrelation : MomentScore
{
    public override string Name => "concordance";

    public override Metric Fresh() => new ConcordanceCorrelation();

    private protected override double Of(in Moments m)
    {
        double away = m.OutputMean - m.TargetMean;
        return 2 * m.Together / (m.Outputs + m.Targets + m.Count * away * away);
    }
}
