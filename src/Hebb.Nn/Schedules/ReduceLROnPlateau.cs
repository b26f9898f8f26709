namespace Hebb;

/// <summary>
/// Lowers the rate when a figure has not become better for a number of epochs, by PyTorch's rules. The one schedule with a state, which a trainer's checkpoints hold; a trainer
/// also tells it the figures.
/// </summary>
public sealed class ReduceLROnPlateau : Schedule
{
    private readonly string _monitor;
    private readonly bool _higherIsBetter, _relative;
    private readonly double _factor, _threshold, _minFactor, _eps;
    private readonly int _patience, _cooldown;
    private double _rate = 1, _best;
    private int _bad, _cooling;

    /// <param name="monitor">The name of the figure among those of an epoch.</param>
    /// <param name="higherIsBetter">Whether it should rise.</param>
    /// <param name="factor">What the rate is multiplied by, below 1.</param>
    /// <param name="patience">How many epochs in a row may bring nothing better.</param>
    /// <param name="threshold">What counts as better: more than this, as a part of the best or as a difference.</param>
    /// <param name="relativeThreshold">Whether it is a part of the best.</param>
    /// <param name="cooldown">How many epochs after a change are not counted.</param>
    /// <param name="minFactor">The least factor on the base rate.</param>
    /// <param name="eps">Smaller changes of the factor are left out.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public ReduceLROnPlateau(string monitor = "val_loss", bool higherIsBetter = false, double factor = 0.1, int patience = 10, double threshold = 1e-4, bool relativeThreshold = true, int cooldown = 0,
        double minFactor = 0, double eps = 1e-8)
    {
        if (factor is not (> 0 and < 1))
            throw new HebbException($"ReduceLROnPlateau: factor {factor} is not between 0 and 1");
        if (patience < 0 || cooldown < 0)
            throw new HebbException($"ReduceLROnPlateau: patience {patience} and cooldown {cooldown} must not be negative");
        (_monitor, _higherIsBetter, _factor, _patience, _threshold, _relative) = (monitor, higherIsBetter, factor, patience, threshold, relativeThreshold);
        (_cooldown, _minFactor, _eps) = (cooldown, minFactor, eps);
        _best = Worst;
    }

    /// <summary>The best value so far; before the first the worst of all, plus or minus infinity.</summary>
    public double Best => _best;

    public override double Factor(in SchedulePoint at) => _rate;

    /// <exception cref="HebbException">The figure is not among them.</exception>
    public override void Observe(IReadOnlyDictionary<string, double> figures)
    {
        if (!figures.TryGetValue(_monitor, out double value))
            throw new HebbException($"ReduceLROnPlateau: an epoch has no {_monitor}; it has {string.Join(", ", figures.Keys)}");
        Observe(value);
    }

    /// <summary>Tells the figure of an epoch that is over.</summary>
    public void Observe(double value)
    {
        (_best, _bad) = IsBetter(value) ? (value, 0) : (_best, _bad + 1);
        if (_cooling > 0)
            (_cooling, _bad) = (_cooling - 1, 0);
        if (_bad <= _patience)
            return;
        double lowered = Math.Max(_rate * _factor, _minFactor);
        if (_rate - lowered > _eps)
            _rate = lowered;
        (_cooling, _bad) = (_cooldown, 0);
    }

    public override void Reset() => (_rate, _best, _bad, _cooling) = (1, Worst, 0, 0);

    public override IReadOnlyDictionary<string, Tensor> State() => new OrderedDictionary<string, Tensor>
    {
        ["factor"] = Tensor.Scalar(_rate, DType.Float64),
        ["best"] = Tensor.Scalar(_best, DType.Float64),
        ["bad_epochs"] = Tensor.Scalar(_bad, DType.Int64),
        ["cooldown"] = Tensor.Scalar(_cooling, DType.Int64),
    };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        double Read(string name) => state.TryGetValue(name, out var tensor) ? tensor.Item() : throw new CheckpointException($"the state of ReduceLROnPlateau has no {name}");
        (_rate, _best, _bad, _cooling) = (Read("factor"), Read("best"), (int)Read("bad_epochs"), (int)Read("cooldown"));
    }

    private double Worst => _higherIsBetter ? double.NegativeInfinity : double.PositiveInfinity;

    private bool IsBetter(double value)
    {
        double sign = _higherIsBetter ? 1 : -1, bar = _relative ? _best * (1 + sign * _threshold) : _best + sign * _threshold;
        return _higherIsBetter ? value > bar : value < bar;
    }
}
