namespace Hebb;

/// <summary>
/// Lowers the learning rate when a figure has not become better for a number of passes; names, defaults and arithmetic are those of Keras's callback. It survives an
/// interruption. With a <see cref="TrainerOptions.Schedule"/>, which sets the rate too, it is an error.
/// <code>new ReduceLROnPlateau("val_loss", factor: 0.2, patience: 5, minLr: 1e-5)</code>
/// </summary>
public sealed class ReduceLROnPlateau : Callback
{
    private readonly string _monitor;
    private readonly double _factor, _minDelta, _minLr;
    private readonly int _patience, _cooldown;
    private readonly bool _higherIsBetter;
    private double _best = double.NaN;
    private long _wait, _cooling;

    /// <param name="monitor">One of <see cref="EpochResult.Values"/>.</param>
    /// <param name="factor">By which the rate is multiplied, below 1.</param>
    /// <param name="patience">Passes in a row that may bring nothing better.</param>
    /// <param name="mode">Which way is better.</param>
    /// <param name="minDelta">What counts as better: more than this.</param>
    /// <param name="cooldown">Passes after a reduction in which nothing is counted.</param>
    /// <param name="minLr">The rate goes no lower.</param>
    /// <exception cref="HebbException">A number is out of range.</exception>
    public ReduceLROnPlateau(string monitor = "val_loss", double factor = 0.1, int patience = 10, MonitorMode mode = MonitorMode.Auto, double minDelta = 1e-4, int cooldown = 0, double minLr = 0)
    {
        if (!(factor is > 0 and < 1) || patience < 0 || !(minDelta >= 0) || cooldown < 0 || !(minLr >= 0))
            throw new HebbException($"ReduceLROnPlateau: factor {factor} must be between 0 and 1, patience {patience}, minDelta {minDelta}, cooldown {cooldown} and minLr {minLr} not negative");
        (_monitor, _factor, _patience, _minDelta, _cooldown, _minLr) = (monitor, factor, patience, minDelta, cooldown, minLr);
        _higherIsBetter = Monitoring.HigherIsBetter(monitor, mode);
    }

    /// <summary>Two of them may serve one trainer: they are told apart by what they look at.</summary>
    public override string Name => $"ReduceLROnPlateau({_monitor})";

    /// <exception cref="HebbException">The trainer has a schedule.</exception>
    public override void OnTrainBegin(TrainingContext context)
    {
        context.RefuseSchedule("ReduceLROnPlateau");
        if (context.Step == 0)
            (_best, _wait, _cooling) = (double.NaN, 0, 0);
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        double value = epoch[_monitor];
        if (_cooling > 0)
            (_cooling, _wait) = (_cooling - 1, 0);
        if (Monitoring.IsBetter(value, _best, _higherIsBetter, _minDelta))
        {
            (_best, _wait) = (value, 0);
            return;
        }
        double rate = context.Optimizer.LearningRate;
        if (_cooling > 0 || ++_wait < _patience || rate <= _minLr)
            return;
        double lower = Math.Max(rate * _factor, _minLr);
        (context.Optimizer.LearningRate, _cooling, _wait) = (lower, _cooldown, 0);
        TrainingLog.Reduced(context.Trainer.Log, epoch.Epoch, rate, lower, _monitor);
    }

    public override IReadOnlyDictionary<string, Tensor> State() =>
        new Dictionary<string, Tensor> { ["best"] = MetricState.Of(_best), ["wait"] = MetricState.Of(_wait), ["cooldown"] = MetricState.Of(_cooling) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) =>
        (_best, _wait, _cooling) = (state.Double(Name, "best"), state.Long(Name, "wait"), state.Long(Name, "cooldown"));
}
