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
    private readonly Checkpointer _checkpoints;
    private readonly int _epochSteps;
    private RunRecorder? _recorder;

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
        _checkpoints = new Checkpointer(trainer, _state, epochs, train, validate);
        _progress = new ProgressReporter(progress ?? ConsoleProgress.Choose(options.Progress), epochs, TotalSteps);
    }

    private long TotalSteps => (long)_epochs * _epochSteps;

    /// <param name="from">Where to go on; null to begin.</param>
    public History Run(Checkpoint? from)
    {
        using var modes = ModuleModes.Train(_trainer.Model);
        using var checkpointed = CheckpointedModules.Set(_trainer.Model, _trainer.Options.GradientCheckpointing);
        using var grad = GradMode.Enable();
        using var suspended = TensorScope.Suspend();
        Describe(_trainer.Model, _train.Info);
        bool resumed = from is not null;
        _trainer.Options.Schedule?.Reset();
        _trainer.Optimizer.Train();
        if (from is not null)
            _checkpoints.Restore(from);
        from = null; // its tensors were copied
        (_context.Epoch, _context.Step) = (_state.Epoch + 1, _state.Step);
        _checkpoints.Begin(resumed);
        using var recorder = _recorder = _trainer.Options.Run is { } run ? new RunRecorder(run, _trainer.Model, _state, resumed) : null;
        try
        {
            RunEpochs();
            recorder?.Complete();
            return _state.History;
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            recorder?.Interrupt();
            throw;
        }
        catch (Exception e)
        {
            recorder?.TryFail(e);
            throw;
        }
    }

    private void RunEpochs()
    {
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnTrainBegin(_context);
        while (_state.Epoch < _epochs && !_state.Finished)
            RunEpoch();
        _trainer.Optimizer.Eval();
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnTrainEnd(_context);
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
        // Some optimizers train other weights than those that are to be used. Checkpoints hold what is trained.
        _trainer.Optimizer.Eval();
        var values = new OrderedDictionary<string, double>();
        _state.Means.WriteTo(values);
        Validate(values);
        _trainer.Options.Schedule?.Observe(values);
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
        _recorder?.Epoch(result);
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnEpochEnd(_context, result);
        _trainer.Optimizer.Train();
        _state.Advance();
        _state.Finished = _context.IsStopping || _state.Epoch == _epochs;
        _state.History.StopReason = _context.StopReason;
        _progress.Report(_state, result);
        if (_state.History.StopReason is { } reason)
            TrainingLog.Stopped(_trainer.Log, result.Epoch, reason);
        _checkpoints.AfterEpoch();
    }

    private void TrainPass()
    {
        using var batches = _train.GetEnumerator();
        while (!_context.IsStopping)
        {
            // Before the next batch is taken: the loader then stands where training does.
            if (_cancel.IsCancellationRequested)
                Interrupt();
            if (Take(batches) is not { Count: > 0 } group)
                return;
            foreach (var callback in _trainer.Options.Callbacks)
                callback.OnStepBegin(_context);
            if (Step(group) is not { } step)
                continue;
            (_state.Step, _state.LearningRate, _context.Step) = (step.Step, step.LearningRate, step.Step);
            _state.EpochStep++;
            _recorder?.Step(step);
            foreach (var callback in _trainer.Options.Callbacks)
                callback.OnStepEnd(_context, step);
            _progress.Report(_state, _state.EpochStep, _epochSteps, validating: false);
            // The last step's checkpoint is that of the pass.
            if (_state.EpochStep < _epochSteps && !_context.IsStopping)
                _checkpoints.AfterStep();
        }
    }

    /// <returns>Null where the step did not count: its numbers were not finite, and a callback saw to it.</returns>
    private StepResult? Step(List<Batch> batches)
    {
        try
        {
            return _steps.Run(batches, new SchedulePoint(_state.Step, TotalSteps, _state.Epoch, _epochs));
        }
        catch (TrainingException e)
        {
            bool seenTo = false;
            foreach (var callback in _trainer.Options.Callbacks)
                seenTo |= callback.OnDivergence(_context, e);
            if (!seenTo)
                throw;
            return null;
        }
    }

    /// <summary>Ends a cancelled run so that it can go on later.</summary>
    private void Interrupt()
    {
        string? path = _checkpoints.Save();
        throw new OperationCanceledException($"training was cancelled after step {_state.Step}{(path is null ? "" : $"; it can go on from {path}")}", _cancel);
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
        var random = RandomStates.Take(_trainer.Options.Streams);
        var loader = _validate.State;
        Evaluation evaluation;
        try
        {
            foreach (var callback in _trainer.Options.Callbacks)
                callback.OnValidationBegin(_context);
            evaluation = _trainer.Evaluate(_validate, done => _progress.Report(_state, done, _validate.BatchCount, validating: true), _cancel);
        }
        catch (OperationCanceledException) when (_cancel.IsCancellationRequested)
        {
            // As if validation had not begun: a resumed run starts it again.
            random.Restore(_trainer.Options.Streams);
            _validate.Restore(loader);
            EndValidation();
            _trainer.Optimizer.Train();
            Interrupt();
            throw;
        }
        catch
        {
            EndValidation();
            throw;
        }
        EndValidation();
        foreach (var (name, value) in evaluation.Values)
            values.Add("val_" + name, value);
    }

    private void EndValidation()
    {
        foreach (var callback in _trainer.Options.Callbacks)
            callback.OnValidationEnd(_context);
    }

    /// <summary>What the data tell goes with the model, unless the user said otherwise.</summary>
    private static void Describe(Module model, DatasetInfo data)
    {
        var info = ModelInfo.Of(model);
        info.Preprocessing ??= data.Preprocessing;
        info.Labels ??= data.Labels;
        if (info.Data.Length == 0)
            info.Data = data.Name;
        if (info.Task.Length == 0 && info.Labels is not null)
            info.Task = "classification";
    }
}
