using Hebb.Data;

namespace Hebb;

/// <summary>Takes steps of a growing rate and puts everything back.</summary>
internal static class LearningRateFinder
{
    public static LearningRateSweep Run(Trainer trainer, DataLoader<Batch> train, double start, double end, int steps, double smoothing, double stopFactor, CancellationToken cancel)
    {
        if (!(start > 0) || !(end > start) || !double.IsFinite(end) || steps < 3)
            throw new HebbException($"FindLearningRate: from {start} to {end} in {steps} steps: rates must be positive and rise, steps at least 3");
        if (!(smoothing is >= 0 and < 1) || !(stopFactor > 1))
            throw new HebbException($"FindLearningRate: smoothing {smoothing} must be from 0 to below 1, stopFactor {stopFactor} above 1");
        using var modes = ModuleModes.Train(trainer.Model);
        using var checkpointed = CheckpointedModules.Set(trainer.Model, trainer.Options.GradientCheckpointing);
        using var grad = GradMode.Enable();
        using var suspended = TensorScope.Suspend();
        var position = train.State;
        MakeParameters(trainer.Model, train);
        var before = new Snapshot(trainer, train, position);
        try
        {
            return Sweep(trainer, train, start, end, steps, smoothing, stopFactor, cancel);
        }
        finally
        {
            before.Restore();
        }
    }

    private static LearningRateSweep Sweep(Trainer trainer, DataLoader<Batch> train, double start, double end, int steps, double smoothing, double stopFactor, CancellationToken cancel)
    {
        List<double> rates = [], losses = [];
        double mean = 0, weight = 1, best = double.PositiveInfinity;
        string? reason = null;
        var runner = new StepRunner(trainer, new RunningMeans([]));
        using var batches = Endless(train, trainer.Options.AccumulationSteps).GetEnumerator();
        for (int i = 0; i < steps && reason is null && batches.MoveNext(); i++)
        {
            cancel.ThrowIfCancellationRequested();
            double rate = start * Math.Pow(end / start, (double)i / (steps - 1));
            try
            {
                double loss = runner.Run(batches.Current, new SchedulePoint(i, steps, 0, 1), rate).Loss;
                rates.Add(rate);
                losses.Add(loss);
                (mean, weight) = (smoothing * mean + (1 - smoothing) * loss, weight * smoothing);
                double smoothed = mean / (1 - weight);
                if (smoothed > stopFactor * best && i > 2)
                    reason = $"the loss had grown to more than {stopFactor} times its lowest";
                best = Math.Min(best, smoothed);
            }
            catch (TrainingException e) when (rates.Count > 0)
            {
                reason = e.Message;
            }
        }
        if (rates.Count == 0)
            throw new DataException("FindLearningRate: there are no batches to train on");
        return new LearningRateSweep(rates, losses, smoothing) { StopReason = reason };
    }

    /// <summary>Layers that infer their sizes get their parameters from the first batch, as at the first step.</summary>
    private static void MakeParameters(Module model, DataLoader<Batch> train)
    {
        if (model.Parameters().All(p => p.IsMaterialized))
            return;
        using var eval = model.EvalMode();
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        if (train.FirstOrDefault() is { } batch)
            model.Call(batch.Inputs);
    }

    private static IEnumerable<IReadOnlyList<Batch>> Endless(DataLoader<Batch> train, int count)
    {
        var group = new List<Batch>();
        for (bool any = true; any;)
        {
            any = false;
            foreach (var batch in train)
            {
                any = true;
                group.Add(batch);
                if (group.Count < count)
                    continue;
                yield return group;
                group = [];
            }
        }
    }

    /// <summary>All that steps change.</summary>
    private sealed class Snapshot(Trainer trainer, DataLoader<Batch> train, LoaderState position)
    {
        private readonly Dictionary<string, Tensor> _model = trainer.Model.StateDict().ToDictionary(t => t.Key, t => t.Value.Clone());
        private readonly Dictionary<string, Tensor> _buffers = trainer.Model.NamedBuffers().ToDictionary(t => t.Name, t => t.Buffer.Clone());
        private readonly Dictionary<string, Tensor> _optimizer = trainer.Optimizer.State().ToDictionary(t => t.Key, t => t.Value.Clone());
        private readonly double _rate = trainer.Optimizer.LearningRate;
        private readonly RandomStates _random = RandomStates.Take(trainer.Options.Streams);

        public void Restore()
        {
            using var noGrad = GradMode.NoGrad();
            trainer.Model.LoadStateDict(_model);
            // Those that are not saved with the weights have changed too.
            foreach (var (name, buffer) in trainer.Model.NamedBuffers())
                InPlace.Copy(_buffers[name], buffer);
            trainer.Optimizer.Bind(trainer.Model);
            trainer.Optimizer.LoadState(_optimizer);
            trainer.Optimizer.LearningRate = _rate;
            _random.Restore(trainer.Options.Streams);
            train.Restore(position);
        }
    }
}
