using Hebb.Data;
using Hebb.Modules;

namespace Hebb;

/// <summary>One step of the optimizer: forward, backward, clip, change the weights. All that it makes goes back at its end, but for sums of gradients.</summary>
internal sealed class StepRunner(Trainer trainer, RunningMeans means)
{
    private readonly Module _model = trainer.Model;
    private readonly Optimizer _optimizer = trainer.Optimizer;
    private readonly TrainerOptions _options = trainer.Options;
    private StepParameters? _parameters;
    private GradientSums? _sums;
    private CompiledStep? _compiled;
    private CompiledAccumulation? _compiledSums;

    /// <summary>Does step number <paramref name="at"/> on the samples of all batches given.</summary>
    /// <param name="batches">One, or as many as are accumulated.</param>
    /// <param name="at">Where the run stands.</param>
    /// <param name="learningRate">In place of that of schedule or optimizer.</param>
    /// <exception cref="TrainingException">The loss or, where gradients are clipped, their norm is not finite. The weights are as before the step.</exception>
    public StepResult Run(IReadOnlyList<Batch> batches, in SchedulePoint at, double? learningRate = null)
    {
        using var scope = TensorScope.OpenStep();
        double rate = learningRate ?? (_options.Schedule is { } schedule ? _optimizer.BaseLearningRate * schedule.Factor(at) : _optimizer.LearningRate);
        if (learningRate is null && _optimizer.Momentum is not null && _options.Schedule?.Momentum(at) is { } momentum)
            _optimizer.Momentum = momentum;
        var where = new StepPlace(at, rate);
        try
        {
            var (loss, norm) = _optimizer.NeedsClosure ? RunByClosure(batches, where) : _options.AccumulationSteps > 1 ? RunMany(batches, where) : RunOne(batches[0], where);
            return new StepResult(at.Step + 1, at.Epoch + 1, loss, rate, norm, batches.Sum(b => b.Count));
        }
        finally
        {
            // Gradients end with the scope.
            _parameters?.ClearGradients();
        }
    }

    private (double Loss, double? Norm) RunOne(Batch batch, in StepPlace where)
    {
        if (_compiled?.Takes(batch) == true)
        {
            _optimizer.LearningRate = where.LearningRate;
            var (found, size, output) = Guarded([batch], where, () => _compiled.Run(batch));
            means.Add(found, batch, output);
            return (found, size);
        }
        double loss = Backward(batch, where, null);
        double? norm = ClipAndStep([batch], where);
        if (_options.Compile && _compiled is null)
        {
            _compiled = new CompiledStep(trainer, _parameters!, means.Metrics is not []);
            _compiled.Takes(batch);
        }
        return (loss, norm);
    }

    private (double Loss, double? Norm) RunMany(IReadOnlyList<Batch> batches, in StepPlace where)
    {
        var (loss, scale) = Sum(batches, where);
        double? norm;
        if (_compiledSums?.Steps == true)
        {
            _optimizer.LearningRate = where.LearningRate;
            norm = Guarded(batches, where, () => _compiledSums.Step(scale));
        }
        else
        {
            _sums!.Set(scale);
            norm = ClipAndStep(batches, where);
        }
        return (loss, norm);
    }

    /// <summary>A step of an optimizer that asks for the loss several times: of the same samples, with the same random numbers, so that it is one function of the weights.</summary>
    private (double Loss, double? Norm) RunByClosure(IReadOnlyList<Batch> batches, StepPlace where)
    {
        var randomness = RandomStates.Take(_options.Streams);
        // The first time is before the step: it shows which parameters there are.
        var (loss, norm) = Compute(again: false);
        bool known = true;
        _optimizer.LearningRate = where.LearningRate;
        try
        {
            _optimizer.Step(() =>
            {
                double found = loss;
                if (!known)
                {
                    randomness.Restore(_options.Streams);
                    found = Compute(again: true).Loss;
                }
                known = false;
                return Tensor.Full([], found, DType.Float64);
            });
        }
        catch (NotFiniteException e)
        {
            throw new TrainingException($"{e.Message} at a point that {_optimizer.GetType().Name} tried in {where}: try a lower learning rate", e);
        }
        return (loss, norm);

        (double Loss, double? Norm) Compute(bool again)
        {
            _parameters?.ClearGradients();
            var (value, scale) = Sum(batches, where, again);
            _sums!.Set(scale);
            return (value, Clip(batches, where));
        }
    }

    /// <summary>Adds up the gradients of batches, weighed by their samples.</summary>
    /// <param name="batches">The batches of a step.</param>
    /// <param name="where">Which step.</param>
    /// <param name="again">Whether the step has seen them before: then nothing is measured, and numbers that are not finite are not looked into.</param>
    /// <returns>The mean loss, and what makes the sums a mean.</returns>
    private (double Loss, Tensor Scale) Sum(IReadOnlyList<Batch> batches, in StepPlace where, bool again = false)
    {
        _sums?.Begin();
        double sum = 0;
        int samples = 0;
        foreach (var batch in batches)
            (sum, samples) = (sum + Accumulate(batch, where, again) * batch.Count, samples + batch.Count);
        return (sum / samples, Tensor.Full([], 1.0 / samples, DType.Float64));
    }

    /// <summary>Adds the gradients of a batch, weighed by its samples, to those before; only the sums outlive the call.</summary>
    private double Accumulate(Batch batch, StepPlace where, bool again)
    {
        using var scope = TensorScope.OpenStep();
        if (_compiledSums?.Takes(batch) == true)
        {
            var (found, output) = again ? _compiledSums.Add(batch) : Guarded([batch], where, () => _compiledSums.Add(batch));
            if (!again)
                means.Add(found, batch, output);
            return found;
        }
        double loss = Backward(batch, where, batch.Count, again);
        if (_sums is null)
        {
            _sums = new GradientSums(_parameters!.Model);
            _sums.Begin();
        }
        _sums.Reach(_sums.Add());
        _parameters!.ClearGradients();
        if (_options.Compile && _compiledSums is null)
        {
            _compiledSums = new CompiledAccumulation(trainer, _parameters, _sums, means.Metrics is not []);
            _compiledSums.Takes(batch);
        }
        return loss;
    }

    /// <summary>Clips the gradients that parameters have, and steps.</summary>
    private double? ClipAndStep(IReadOnlyList<Batch> batches, in StepPlace where)
    {
        double? norm = Clip(batches, where);
        _optimizer.LearningRate = where.LearningRate;
        _optimizer.Step();
        return norm;
    }

    private double? Clip(IReadOnlyList<Batch> batches, in StepPlace where)
    {
        double? norm = _options.ClipNorm is { } limit ? GradientClipping.ByNorm(_parameters!.Model, limit).Item() : null;
        if (norm is { } found && !double.IsFinite(found))
            throw Divergence.OfGradients(trainer, batches, where, found);
        return norm;
    }

    /// <summary>Runs what is compiled; what goes wrong is told as op by op.</summary>
    private T Guarded<T>(IReadOnlyList<Batch> batches, in StepPlace where, Func<T> run)
    {
        var randomness = RandomStates.Take(_options.Streams);
        try
        {
            return run();
        }
        catch (NotFiniteException e) when (e.What == "the loss")
        {
            throw Divergence.OfLoss(trainer, batches[0], where, e.Value, () => randomness.Restore(_options.Streams));
        }
        catch (NotFiniteException e)
        {
            throw Divergence.OfGradients(trainer, batches, where, e.Value);
        }
        catch (DataException) when (batches.Count == 1)
        {
            // Nothing has changed yet: op by op it is found out which sample it is.
            randomness.Restore(_options.Streams);
            Backward(batches[0], where, null);
            throw;
        }
    }

    /// <summary>The loss of a batch, with errors that name samples of the dataset.</summary>
    public static Tensor Loss(LossFunction loss, Tensor output, Batch batch)
    {
        try
        {
            return loss(output, batch.Targets);
        }
        catch (DataException e) when (BadTarget.Find(output, batch) is { } found)
        {
            throw new DataException(found, e);
        }
    }

    public static double Value(Tensor loss) => Scalar(loss).Item();

    /// <exception cref="ShapeException">The loss is not one number.</exception>
    public static Tensor Scalar(Tensor loss) => loss.Count == 1 ? loss
        : throw new ShapeException($"the loss function gave {loss.Shape}, not one number; reduce it with Mean()");

    private double Backward(Batch batch, in StepPlace where, double? weight, bool again = false)
    {
        var randomness = RandomStates.Take(_options.Streams);
        using var watch = _parameters is null ? new ParameterWatch() : null;
        var (output, loss) = trainer.Forward(batch);
        double value = Value(loss);
        if (!double.IsFinite(value) && again)
            throw new NotFiniteException("the loss", value);
        if (!double.IsFinite(value))
            throw Divergence.OfLoss(trainer, batch, where, value, () => randomness.Restore(_options.Streams));
        if (watch is not null)
            Bind(watch.Seen);
        loss.Backward(weight is { } w ? Tensor.Full(loss.Shape, w, loss.DType) : null);
        if (!again)
            means.Add(value, batch, output);
        return value;
    }

    // After the first forward: only then do layers that infer their sizes have parameters.
    private void Bind(IReadOnlyCollection<Parameter> used)
    {
        var parameters = new StepParameters(_model, used);
        if (!parameters.Model.Any(p => p.RequiresGrad))
            throw new HebbException($"{_model.GetType().Name} has no parameters to train{(parameters.Model.Count > 0 ? ": all are frozen" : "")}");
        if (parameters.Complaint is { } complaint)
            TrainingLog.Warning(trainer.Log, complaint);
        parameters.ClearGradients();
        _optimizer.Bind(_model);
        _parameters = parameters;
    }
}
