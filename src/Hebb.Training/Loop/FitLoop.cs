using Hebb.Data;

namespace Hebb;

/// <summary>One run from its first step, or from a checkpoint, to its end.</summary>
internal sealed class FitLoop
{
    private readonly Trainer _trainer;
    private readonly DataLoader<Batch> _train;
    private readonly DataLoader<Batch>? _validate;
    private readonly int _epochs;
    private readonly CancellationToken _cancel;
    private readonly FitState _state;
    private readonly TrainingContext _context;
    private readonly StepRunner _steps;
    private readonly ProgressReporter _progress;
    private readonly int _epochSteps;

    public FitLoop(Trainer trainer, DataLoader<Batch> train, int epochs, DataLoader<Batch>? validate, IProgress<TrainingProgress>? progress, CancellationToken cancel)
    {
        if (epochs < 0)
            throw new HebbException($"Fit: {epochs} epochs: can't be negative");
        (_trainer, _train, _epochs, _validate, _cancel) = (trainer, train, epochs, validate, cancel);
        var options = trainer.Options;
        _epochSteps = (train.BatchCount + options.AccumulationSteps - 1) / options.AccumulationSteps;
        _state = new FitState(options.Metrics);
        _context = new TrainingContext(trainer, epochs, TotalSteps, _state.History);
        _steps = new StepRunner(trainer, _state.Means);
        _progress = new ProgressReporter(progress ?? ConsoleProgress.Choose(options.Progress), epochs, TotalSteps);
    }

    private long TotalSteps => (long)_epochs * _epochSteps;

    public History Run()
    {
        using var modes = ModuleModes.Train(_trainer.Model);
        using var grad = GradMode.Enable();
        using var suspended = TensorScope.Suspend();
        Describe(_trainer.Model, _train.Info);
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnTrainBegin(_context);
        while (_state.Epoch < _epochs && !_state.Finished)
            RunEpoch();
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnTrainEnd(_context);
        return _state.History;
    }

    private void RunEpoch()
    {
        _context.Epoch = _state.Epoch + 1;
        if (_state.EpochStep == 0 && !_state.Trained)
        {
            foreach (var callback in _trainer.Options.Callbacks)
                callback.OnEpochBegin(_context);
        }
        if (!_state.Trained)
            TrainPass();
        _state.Trained = true;
        var values = new OrderedDictionary<string, double>();
        _state.Means.WriteTo(values);
        Validate(values);
        var result = new EpochResult
        {
            Epoch = _state.Epoch + 1,
            Step = _state.Step,
            LearningRate = _state.LearningRate,
            Seconds = _state.Seconds,
            Values = values,
        };
        _state.History.Add(result);
        TrainingLog.Epoch(_trainer.Log, result);
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnEpochEnd(_context, result);
        _state.Advance();
        _state.Finished = _context.IsStopping || _state.Epoch == _epochs;
        _state.History.StopReason = _context.StopReason;
        _progress.Report(_state, result);
    }

    private void TrainPass()
    {
        using var batches = _train.GetEnumerator();
        while (!_context.IsStopping && Take(batches) is { Count: > 0 } group)
        {
            _cancel.ThrowIfCancellationRequested();
            var step = _steps.Run(group, new SchedulePoint(_state.Step, TotalSteps, _state.Epoch, _epochs));
            (_state.Step, _state.LearningRate, _context.Step) = (step.Step, step.LearningRate, step.Step);
            _state.EpochStep++;
            foreach (var callback in _trainer.Options.Callbacks)
                callback.OnStepEnd(_context, step);
            _progress.Report(_state, _state.EpochStep, _epochSteps, validating: false);
        }
    }

    private List<Batch> Take(IEnumerator<Batch> batches)
    {
        var group = new List<Batch>(_trainer.Options.AccumulationSteps);
        while (group.Count < _trainer.Options.AccumulationSteps && batches.MoveNext())
            group.Add(batches.Current);
        return group;
    }

    private void Validate(OrderedDictionary<string, double> values)
    {
        if (_validate is null)
            return;
        var evaluation = _trainer.Evaluate(_validate, done => _progress.Report(_state, done, _validate.BatchCount, validating: true), _cancel);
        foreach (var (name, value) in evaluation.Values)
            values.Add("val_" + name, value);
    }

    /// <summary>What the data tell goes with the model, unless the user said otherwise.</summary>
    private static void Describe(Module model, DatasetInfo data)
    {
        var info = ModelInfo.Of(model);
        info.Preprocessing ??= data.Preprocessing;
        info.Labels ??= data.Labels;
        if (info.Data.Length == 0)
            info.Data = data.Name;
    }
}
