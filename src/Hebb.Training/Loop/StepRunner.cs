using Hebb.Data;

namespace Hebb;

/// <summary>One step of the optimizer: forward, backward, clip, change the weights. All that it makes goes back at its end.</summary>
internal sealed class StepRunner(Trainer trainer, RunningMeans means)
{
    private readonly Module _model = trainer.Model;
    private readonly Optimizer _optimizer = trainer.Optimizer;
    private readonly TrainerOptions _options = trainer.Options;
    private Parameter[] _parameters = [];
    private Tensor?[] _sums = [];
    private CompiledStep? _compiled;
    private bool _bound;

    /// <summary>Does step number <paramref name="at"/> on the samples of all batches given.</summary>
    /// <exception cref="TrainingException">The loss or, where gradients are clipped, their norm is not finite. The weights are as before the step.</exception>
    public StepResult Run(IReadOnlyList<Batch> batches, in SchedulePoint at)
    {
        using var scope = TensorScope.OpenStep();
        double rate = _options.Schedule is { } schedule ? _optimizer.BaseLearningRate * schedule.Factor(at) : _optimizer.LearningRate;
        if (_optimizer.Momentum is not null && _options.Schedule?.Momentum(at) is { } momentum)
            _optimizer.Momentum = momentum;
        var where = new StepPlace(at, rate);
        try
        {
            if (batches.Count == 1 && _compiled?.Takes(batches[0]) == true)
                return RunCompiled(batches[0], at, where);
            var (loss, samples) = batches.Count == 1 ? (Backward(batches[0], where, null), batches[0].Count) : AccumulateAll(batches, where);
            double? norm = _options.ClipNorm is { } limit ? GradientClipping.ByNorm(_parameters, limit).Item() : null;
            if (norm is { } found && !double.IsFinite(found))
                throw Divergence.OfGradients(_model, batches, trainer.Loss, where, found);
            _optimizer.LearningRate = rate;
            _optimizer.Step();
            if (_options.Compile && batches.Count == 1 && _compiled is null)
            {
                _compiled = new CompiledStep(trainer, _parameters, means.Metrics is not []);
                _compiled.Takes(batches[0]);
            }
            return new StepResult(at.Step + 1, at.Epoch + 1, loss, rate, norm, samples);
        }
        finally
        {
            // Gradients end with the scope.
            foreach (var parameter in _parameters)
                parameter.Grad = null;
            Array.Clear(_sums);
        }
    }

    private StepResult RunCompiled(Batch batch, in SchedulePoint at, in StepPlace where)
    {
        var randomness = RandomStates.Take(_options.Streams);
        try
        {
            _optimizer.LearningRate = where.LearningRate;
            var (loss, norm, output) = _compiled!.Run(batch);
            means.Add(loss, batch, output);
            return new StepResult(at.Step + 1, at.Epoch + 1, loss, where.LearningRate, norm, batch.Count);
        }
        catch (NotFiniteException e) when (e.What == "the loss")
        {
            throw Divergence.OfLoss(_model, batch, trainer.Loss, where, e.Value, () => randomness.Restore(_options.Streams));
        }
        catch (NotFiniteException e)
        {
            throw Divergence.OfGradients(_model, [batch], trainer.Loss, where, e.Value);
        }
        catch (DataException)
        {
            // Nothing has changed yet: op by op it is found out which sample it is.
            randomness.Restore(_options.Streams);
            Backward(batch, where, null);
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

    private (double Loss, int Samples) AccumulateAll(IReadOnlyList<Batch> batches, in StepPlace where)
    {
        double sum = 0;
        int samples = 0;
        foreach (var batch in batches)
            (sum, samples) = (sum + Accumulate(batch, where) * batch.Count, samples + batch.Count);
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < _parameters.Length; i++)
            _parameters[i].Grad = _sums[i] is { } gradient ? gradient * (1.0 / samples) : null;
        return (sum / samples, samples);
    }

    /// <summary>Adds the gradients of a batch, weighed by its samples, to those before; only the sums outlive the call.</summary>
    private double Accumulate(Batch batch, in StepPlace where)
    {
        using var scope = TensorScope.OpenStep();
        double loss = Backward(batch, where, batch.Count);
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (_parameters[i].Grad is not { } gradient)
                continue;
            // A copy: parameters may be given one and the same gradient.
            if (_sums[i] is { } sum)
                sum.CopyFrom(sum + gradient);
            else
                _sums[i] = scope.Keep(gradient.Clone());
            _parameters[i].Grad = null;
        }
        return loss;
    }

    private double Backward(Batch batch, in StepPlace where, double? weight)
    {
        var randomness = RandomStates.Take(_options.Streams);
        var output = _model.Call(batch.Inputs);
        var loss = Loss(trainer.Loss, output, batch);
        double value = Value(loss);
        if (!double.IsFinite(value))
            throw Divergence.OfLoss(_model, batch, trainer.Loss, where, value, () => randomness.Restore(_options.Streams));
        if (!_bound)
            Bind();
        loss.Backward(weight is { } w ? Tensor.Full(loss.Shape, w, loss.DType) : null);
        means.Add(value, batch, output);
        return value;
    }

    // After the first forward: only then do layers that infer their sizes have parameters.
    private void Bind()
    {
        _parameters = [.. _model.Parameters()];
        if (!_parameters.Any(p => p.RequiresGrad))
            throw new HebbException($"{_model.GetType().Name} has no parameters to train{(_parameters.Length > 0 ? ": all are frozen" : "")}");
        _sums = new Tensor?[_parameters.Length];
        _model.ZeroGrad();
        _optimizer.Bind(_model);
        _bound = true;
    }
}
