using System.Diagnostics;
using Hebb.Cpu;
using Hebb.Data;

namespace Hebb;

/// <summary>Between a run and its checkpoints: gathers the state, decides when to write, puts it back.</summary>
internal sealed class Checkpointer(Trainer trainer, FitState state, int epochs, DataLoader<Batch> train, DataLoader<Batch>? validate)
{
    private readonly CheckpointOptions _options = trainer.Options.Checkpoints ?? new CheckpointOptions();
    private readonly CheckpointStore? _store = trainer.CheckpointStore;
    private long _last = Stopwatch.GetTimestamp();

    /// <exception cref="CheckpointException">The folder can't be written to, or holds the checkpoints of a run that this one would mix with.</exception>
    public void Begin(bool resumed)
    {
        if (_store is null)
            return;
        _store.Prepare();
        if (!resumed && _store.Files is [var first, ..])
            throw new CheckpointException($"{Path.GetDirectoryName(first)} holds the checkpoints of another run: call Resume to go on with it, or name another folder");
    }

    /// <summary>After a step in the midst of a pass.</summary>
    public void AfterStep()
    {
        if (_store is not null && (DueBySteps || DueByTime))
            Save();
    }

    /// <summary>After a pass.</summary>
    public void AfterEpoch()
    {
        bool due = state.Finished || DueBySteps || DueByTime || (_options.EveryEpochs > 0 && state.Epoch % _options.EveryEpochs == 0);
        if (_store is not null && due)
            Save();
    }

    /// <summary>Writes a checkpoint now.</summary>
    /// <returns>Its path; null where none are written.</returns>
    public string? Save()
    {
        if (_store is null || state.Step == 0)
            return null;
        string path = _store.Save(Take());
        TrainingLog.Saved(trainer.Log, state.Step, path);
        _last = Stopwatch.GetTimestamp();
        return path;
    }

    /// <summary>Puts everything where a checkpoint says it was.</summary>
    /// <exception cref="CheckpointException">It is of another model, optimizer, dataset or setting.</exception>
    public void Restore(Checkpoint checkpoint)
    {
        var position = checkpoint.Position;
        bool within = position.EpochStep > 0;
        if (within && position.AccumulationSteps != trainer.Options.AccumulationSteps)
            throw new CheckpointException($"the checkpoint accumulates {position.AccumulationSteps} batches a step, this trainer {trainer.Options.AccumulationSteps}; in the midst of a pass that can't change");
        if (position.Streams.Length != trainer.Options.Streams.Count)
            throw new CheckpointException($"the checkpoint holds {position.Streams.Length} random streams, this trainer has {trainer.Options.Streams.Count}");
        if (position.Epochs != epochs)
            Warn($"the checkpoint is of a run of {position.Epochs} epochs, now {epochs} are asked for: a schedule goes another way than it would have");
        if (position.Precision != trainer.Options.Precision)
            Warn($"the checkpoint is of a run in {position.Precision}, now {trainer.Options.Precision} is asked for");
        if (position.Isa != Isa.Name)
            Warn($"the checkpoint was made on the {position.Isa} instruction-set path, this process takes {Isa.Name}: results agree closely, but not in every bit (HEBB_ISA={position.Isa} would)");
        trainer.Model.LoadStateDict(checkpoint.Model);
        trainer.Optimizer.Bind(trainer.Model);
        trainer.Optimizer.LoadState(checkpoint.Optimizer);
        trainer.Optimizer.LearningRate = position.LearningRate;
        trainer.Options.Schedule?.LoadState(checkpoint.Schedule);
        state.Restore(position, Metrics(checkpoint, within));
        RestoreCallbacks(checkpoint);
        train.Restore(position.Train);
        if (validate is not null && position.Validate is { } validation)
            validate.Restore(validation);
        new RandomStates(position.Random, position.Streams).Restore(trainer.Options.Streams);
        state.Finished = position.StopReason is not null || state.Epoch >= epochs;
    }

    private bool DueBySteps => _options.EverySteps > 0 && state.Step % _options.EverySteps == 0;

    private bool DueByTime => _options.Every is { } interval && Stopwatch.GetElapsedTime(_last) >= interval;

    private Checkpoint Take()
    {
        var tensors = new Dictionary<string, Tensor>();
        Checkpoint.Add(tensors, "model/", trainer.Model.StateDict());
        Checkpoint.Add(tensors, "optimizer/", trainer.Optimizer.State());
        if (trainer.Options.Schedule is { } schedule)
            Checkpoint.Add(tensors, "schedule/", schedule.State());
        foreach (var metric in state.Means.Metrics ?? [])
            Checkpoint.Add(tensors, $"metric/{metric.Name}/", metric.State());
        foreach (var callback in trainer.Options.Callbacks)
            Checkpoint.Add(tensors, $"callback/{callback.Name}/", callback.State());
        var random = RandomStates.Take(trainer.Options.Streams);
        return new Checkpoint(new CheckpointPosition
        {
            Isa = Isa.Name,
            Epochs = epochs,
            AccumulationSteps = trainer.Options.AccumulationSteps,
            Precision = trainer.Options.Precision,
            Epoch = state.Epoch,
            EpochStep = state.EpochStep,
            Step = state.Step,
            Trained = state.Trained,
            LearningRate = trainer.Optimizer.LearningRate,
            LastRate = state.LearningRate,
            LossSum = state.Means.LossSum,
            Samples = state.Means.Samples,
            Seconds = state.Seconds,
            Metrics = state.Means.Metrics?.Select(m => m.Name).ToArray(),
            Callbacks = [.. trainer.Options.Callbacks.Select(c => c.Name)],
            Random = random.Default,
            Streams = [.. random.Streams],
            Train = train.State,
            Validate = validate?.State,
            History = [.. state.History],
            StopReason = state.History.StopReason,
        }, tensors);
    }

    private Metric[]? Metrics(Checkpoint checkpoint, bool within)
    {
        if (checkpoint.Position.Metrics is not { } names)
            return null;
        Metric[] metrics = trainer.Options.Metrics is { } asked ? DefaultMetrics.Fresh(asked) : DefaultMetrics.Named(names);
        if (!within)
            return metrics;
        if (!metrics.Select(m => m.Name).SequenceEqual(names))
            throw new CheckpointException($"the checkpoint measures {string.Join(", ", names)}, this trainer {string.Join(", ", metrics.Select(m => m.Name))}; in the midst of a pass that can't change");
        foreach (var metric in metrics)
            metric.LoadState(checkpoint.Metric(metric.Name));
        return metrics;
    }

    private void RestoreCallbacks(Checkpoint checkpoint)
    {
        string[] saved = checkpoint.Position.Callbacks;
        foreach (var callback in trainer.Options.Callbacks)
        {
            if (saved.Contains(callback.Name))
                callback.LoadState(checkpoint.Callback(callback.Name));
            else
                Warn($"the checkpoint knows no callback '{callback.Name}': it begins anew");
        }
        foreach (string lost in saved.Except(trainer.Options.Callbacks.Select(c => c.Name)))
            Warn($"the checkpoint is of a run with a callback '{lost}', which this trainer lacks");
    }

    private void Warn(string message) => TrainingLog.Warning(trainer.Log, message);
}
