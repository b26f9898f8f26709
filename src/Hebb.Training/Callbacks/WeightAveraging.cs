namespace Hebb;

/// <summary>
/// Averages the weights while a model trains (<see cref="AveragedModel"/>), validates with the averages, and leaves the model with them. What is trained, and what a <see cref="ModelCheckpoint"/>
/// saves on the way, are the weights themselves. All of it survives an interruption.
/// <code>new WeightAveraging(decay: 0.999)                                   // exponential, after each step
/// new WeightAveraging(decay: null, every: ScheduleUnit.Epoch, start: 15)     // the mean of the last epochs' weights; see SWALR for the learning rate</code>
/// </summary>
public sealed class WeightAveraging : Callback
{
    private readonly double? _decay;
    private readonly ScheduleUnit _every;
    private readonly int _start;
    private readonly bool _useBuffers, _warmup;
    private AveragedModel? _average;
    private IReadOnlyDictionary<string, Tensor>? _loaded;
    private IDisposable? _swapped;
    private long _lastEpoch;

    /// <param name="decay">How much of the average is kept at an update, 0 to below 1; null for the mean of all updates.</param>
    /// <param name="every">Whether weights are taken up after each step or after each pass.</param>
    /// <param name="start">The number of the pass, from 0, in which that begins.</param>
    /// <param name="useBuffers">Whether running statistics are averaged too.</param>
    /// <param name="warmup">Keeps less at first, (1 + n) / (10 + n) after n updates.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public WeightAveraging(double? decay = 0.999, ScheduleUnit every = ScheduleUnit.Step, int start = 0, bool useBuffers = true, bool warmup = false)
    {
        if (decay is not (null or (>= 0 and < 1)) || start < 0)
            throw new HebbException($"WeightAveraging: decay {decay} must be from 0 to below 1, start {start} not negative");
        (_decay, _every, _start, _useBuffers, _warmup) = (decay, every, start, useBuffers, warmup);
    }

    /// <summary>The averages; null before training begins.</summary>
    public AveragedModel? Average => _average;

    public override void OnTrainBegin(TrainingContext context)
    {
        // A new run of the trainer, or one that goes on.
        if (context.Step > 0 && _average is not null && _loaded is null)
            return;
        _average = new AveragedModel(context.Model, _decay, _useBuffers, _warmup);
        if (_loaded is null)
            _lastEpoch = 0;
        else if (_loaded.ContainsKey("n_averaged"))
            _average.LoadState(_loaded);
        _loaded = null;
    }

    public override void OnStepEnd(TrainingContext context, in StepResult step)
    {
        if (_every == ScheduleUnit.Step && context.Epoch > _start)
            _average!.Update();
    }

    public override void OnValidationBegin(TrainingContext context)
    {
        AfterPass(context);
        if (_average!.Count > 0)
            _swapped = _average.Swap();
    }

    public override void OnValidationEnd(TrainingContext context)
    {
        _swapped?.Dispose();
        _swapped = null;
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => AfterPass(context);

    public override void OnTrainEnd(TrainingContext context)
    {
        if (_average is { Count: > 0 } average)
            average.CopyTo(context.Model);
    }

    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["epoch"] = MetricState.Of(_lastEpoch) };
        if (_average is not { Count: > 0 } average)
            return state;
        foreach (var (name, tensor) in average.State())
            state.Add(name, tensor);
        return state;
    }

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        _lastEpoch = state.Long(Name, "epoch");
        _loaded = state;
    }

    /// <summary>Once a pass: before its validation, or after it where nothing validates.</summary>
    private void AfterPass(TrainingContext context)
    {
        if (_every != ScheduleUnit.Epoch || context.Epoch <= _start || _lastEpoch >= context.Epoch)
            return;
        _average!.Update();
        _lastEpoch = context.Epoch;
    }
}
