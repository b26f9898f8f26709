using Hebb.Data;

namespace Hebb;

/// <summary>A training step on one batch as one compiled function: forward, backward, clip, optimizer.</summary>
internal sealed class CompiledStep
{
    private readonly Trainer _trainer;
    private readonly StepParameters _parameters;
    private readonly BatchKinds _kinds = new();
    private readonly CompiledFunction _step;
    private readonly HashSet<(Shape, DType, Shape, DType)> _sized = [];
    private CompiledFunction? _anySize;
    private readonly bool _givesOutput;

    /// <param name="trainer">Whose model, loss and optimizer.</param>
    /// <param name="parameters">What the step changes.</param>
    /// <param name="givesOutput">Whether metrics need what the model gives.</param>
    public CompiledStep(Trainer trainer, StepParameters parameters, bool givesOutput)
    {
        (_trainer, _parameters, _givesOutput) = (trainer, parameters, givesOutput);
        _step = Transform.Compile(Step, trainer.Model);
        _step.FellBack += reason => TrainingLog.FellBack(trainer.Log, reason);
    }

    /// <summary>The function, from inputs and targets to the loss, the norm of the gradients where they are clipped, and what the model gives where that is asked for.</summary>
    public CompiledFunction Function => _step;

    /// <summary>
    /// Whether a batch is to be given to <see cref="Run"/>: the step can be compiled, and one of its kind came before, or so many numbers of samples that a trace for all of
    /// them pays.
    /// </summary>
    public bool Takes(Batch batch)
    {
        if (_step.FallbackReason is not null)
            return false;
        if (_kinds.Saw(batch))
            return true;
        if (!_kinds.Varies(batch))
            return false;
        // Where sizes turn out to need traces of their own, each is again worth one when it comes twice.
        _anySize ??= Transform.Compile(Step, _trainer.Model, dynamic: [new("batch", 0, 0), new("batch", 1, 0)]);
        return _anySize is { FallbackReason: null, FixedReason: null } && _sized.Add(BatchKinds.Of(batch));
    }

    /// <exception cref="NotFiniteException">The loss or the norm of the gradients is not finite; nothing has changed.</exception>
    public (double Loss, double? Norm, Tensor? Output) Run(Batch batch)
    {
        var step = _sized.Contains(BatchKinds.Of(batch)) ? _anySize! : _step;
        var results = step.Call(batch.Inputs, batch.Targets);
        int clipped = _trainer.Options.ClipNorm is null ? 0 : 1;
        return (results[0].Item(), clipped > 0 ? results[1].Item() : null, _givesOutput ? results[1 + clipped] : null);
    }

    private Tensor[] Step(Tensor[] batch)
    {
        var (output, loss) = _trainer.Forward(batch[0], batch[1]);
        Transform.RequireFinite(loss.Detach(), "the loss");
        loss.Backward();
        var results = new List<Tensor> { loss.Detach() };
        if (_trainer.Options.ClipNorm is { } limit)
            results.Add(Transform.RequireFinite(GradientClipping.ByNorm(_parameters.Model, limit), "the norm"));
        _trainer.Optimizer.Step();
        _parameters.ClearGradients();
        if (_givesOutput)
            results.Add(output.Detach());
        return [.. results];
    }
}
