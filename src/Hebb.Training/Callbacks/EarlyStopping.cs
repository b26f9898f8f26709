namespace Hebb;

/// <summary>
/// Ends training once a figure has not become better for a number of passes; then, if asked, puts the weights of the best pass back. All of it survives an interruption.
/// Options are Keras's; the defaults are those that most want: five passes of patience, and the best weights back.
/// <code>new EarlyStopping("val_loss", patience: 5)</code>
/// </summary>
public sealed class EarlyStopping : Callback
{
    private readonly string _monitor;
    private readonly int _patience, _startFromEpoch;
    private readonly double _minDelta;
    private readonly double? _baseline;
    private readonly bool _higherIsBetter, _restoreBest;
    private double _best = double.NaN;
    private long _bestEpoch, _wait;
    private Dictionary<string, Tensor> _weights = [];

    /// <param name="monitor">One of <see cref="EpochResult.Values"/>.</param>
    /// <param name="patience">Passes in a row that may bring nothing better.</param>
    /// <param name="minDelta">What counts as better: more than this.</param>
    /// <param name="mode">Which way is better.</param>
    /// <param name="restoreBest">Whether the model ends with the weights of its best pass instead of the last.</param>
    /// <param name="baseline">A pass counts in vain also while nothing has been better than this.</param>
    /// <param name="startFromEpoch">Passes at the beginning that are not looked at.</param>
    /// <exception cref="HebbException">Patience is below 1, the difference or the number of passes negative.</exception>
    public EarlyStopping(string monitor = "val_loss", int patience = 5, double minDelta = 0, MonitorMode mode = MonitorMode.Auto, bool restoreBest = true, double? baseline = null, int startFromEpoch = 0)
    {
        if (patience < 1 || !(minDelta >= 0) || startFromEpoch < 0)
            throw new HebbException($"EarlyStopping: patience {patience} must be at least 1, minDelta {minDelta} and startFromEpoch {startFromEpoch} not negative");
        (_monitor, _patience, _minDelta, _restoreBest, _baseline, _startFromEpoch) = (monitor, patience, minDelta, restoreBest, baseline, startFromEpoch);
        _higherIsBetter = Monitoring.HigherIsBetter(monitor, mode);
    }

    /// <summary>The best value so far; NaN before the first pass.</summary>
    public double Best => _best;

    /// <summary>The pass that brought it, from 1; 0 before the first.</summary>
    public int BestEpoch => (int)_bestEpoch;

    public override void OnTrainBegin(TrainingContext context)
    {
        // A new run of the trainer, not one that goes on.
        if (context.Step == 0)
            (_best, _bestEpoch, _wait, _weights) = (double.NaN, 0, 0, []);
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        double value = epoch[_monitor];
        if (epoch.Epoch <= _startFromEpoch)
            return;
        _wait++;
        if (Monitoring.IsBetter(value, _best, _higherIsBetter, _minDelta))
        {
            (_best, _bestEpoch) = (value, epoch.Epoch);
            if (_restoreBest)
                _weights = context.Model.StateDict().ToDictionary(t => t.Key, t => t.Value.Clone());
            if (_baseline is not { } baseline || Monitoring.IsBetter(value, baseline, _higherIsBetter, _minDelta))
                _wait = 0;
        }
        if (_wait >= _patience)
            context.Stop(_bestEpoch == 0 ? $"{_monitor} was never a number" : $"{_monitor} was best in epoch {_bestEpoch}, with {MetricText.Number(_best)}");
    }

    public override void OnTrainEnd(TrainingContext context)
    {
        if (_weights.Count > 0)
            context.Model.LoadStateDict(_weights);
    }

    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new Dictionary<string, Tensor> { ["best"] = MetricState.Of(_best), ["epoch"] = MetricState.Of(_bestEpoch), ["wait"] = MetricState.Of(_wait) };
        foreach (var (name, tensor) in _weights)
            state.Add("weights/" + name, tensor);
        return state;
    }

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        (_best, _bestEpoch) = (state.Double(Name, "best"), state.Long(Name, "epoch"));
        // Older checkpoints do not tell it: their runs had no baseline, and count anew.
        _wait = state.ContainsKey("wait") ? state.Long(Name, "wait") : 0;
        _weights = state.Where(t => t.Key.StartsWith("weights/", StringComparison.Ordinal)).ToDictionary(t => t.Key["weights/".Length..], t => t.Value);
    }
}
