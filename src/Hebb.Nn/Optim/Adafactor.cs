namespace Hebb;

/// <summary>
/// Adam's scale in memory of rows and columns only: the mean square of a matrix's gradient is the product of those of its rows and columns (Shazeer and Stern, 2018, algorithms 4 and 5), with
/// the arguments and defaults of PyTorch 2.5. Parameters of fewer than two axes have a mean square of each element.
/// </summary>
public sealed class Adafactor : Optimizer
{
    private const string Row = "row_var", Column = "col_var", Variance = "variance";
    private static readonly string[] s_matrix = [Row, Column], s_vector = [Variance];

    private readonly double _beta2Decay, _eps2, _d, _weightDecay;
    private readonly double? _eps1;

    /// <param name="lr">The largest relative step; step t has at most t^-0.5.</param>
    /// <param name="beta2Decay">The mean square of step t keeps 1 - t^beta2Decay, below 0.</param>
    /// <param name="eps1">The least root of a mean square; by default the type's distance from 1 to the next number.</param>
    /// <param name="eps2">The least length that a parameter is taken for, as the root of its mean square.</param>
    /// <param name="d">Steps of a larger root mean square are shortened to it.</param>
    /// <param name="weightDecay">Apart from the gradient: parameters shrink by lr * weightDecay of themselves in each step.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Adafactor(double lr = 1e-2, double beta2Decay = -0.8, double? eps1 = null, double eps2 = 1e-3, double d = 1, double weightDecay = 0) : base(lr)
    {
        Check(nameof(beta2Decay), beta2Decay, beta2Decay <= 0, "0 or less");
        Check(nameof(eps1), eps1 ?? 0, eps1 is null or >= 0, "0 or more");
        Check(nameof(eps2), eps2, eps2 >= 0, "0 or more");
        Check(nameof(d), d, d >= 1, "1 or more");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        (_beta2Decay, _eps1, _eps2, _d, _weightDecay) = (beta2Decay, eps1, eps2, d, weightDecay);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Row, Column, Variance];

    protected override IReadOnlyList<string> EntriesOf(in Shape parameter) => parameter.Rank >= 2 ? s_matrix : s_vector;

    protected override Shape ShapeOf(string entry, in Shape parameter) => entry switch
    {
        Row => parameter[..^1].Insert(parameter.Rank - 1),
        Column => parameter[..^2].Insert(parameter.Rank - 2).Insert(parameter.Rank - 1, parameter[-1]),
        _ => parameter,
    };

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var (dtype, shape) = (parameter.DType, parameter.Shape);
        var numbers = NumbersOf(state);
        var (rate, step) = (numbers.Select(0, 0), numbers.Select(0, 1));
        double eps1 = _eps1 ?? (dtype == DType.Float64 ? Math.Pow(2, -52) : Math.Pow(2, -23)), root = Math.Sqrt(Math.Max(shape.Count, 1));
        var share = step.Pow(_beta2Decay).To(dtype);
        var size = rate.Minimum(1.0 / step.Sqrt()).To(dtype) * (parameter.Norm() / root).ClampMin(_eps2);
        Tensor variance;
        if (parameter.Rank >= 2)
        {
            var (row, column) = (state.GetOrZeros(Row, ShapeOf(Row, shape), dtype), state.GetOrZeros(Column, ShapeOf(Column, shape), dtype));
            row.CopyFrom(WithoutTraces(row + (gradient.Square().Mean(-1, keepDim: true) - row) * share));
            column.CopyFrom(WithoutTraces(column + (gradient.Square().Mean(-2, keepDim: true) - column) * share));
            variance = row * column / row.Mean(-2, keepDim: true).ClampMin(eps1);
        }
        else
        {
            variance = state.GetOrZeros(Variance, parameter);
            variance.CopyFrom(WithoutTraces(variance + (gradient.Square() - variance) * share));
        }
        var towards = gradient / variance.ClampMin(eps1 * eps1).Sqrt();
        double decay = DecayOf(_weightDecay, state);
        var shrunk = decay == 0 ? parameter : parameter * (1.0 - rate * decay).To(dtype);
        parameter.CopyFrom(shrunk - towards * (size / (towards.Norm() / (root * _d)).ClampMin(1.0)));
    }
}
