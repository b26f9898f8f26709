using Hebb.Data;

namespace Hebb;

/// <summary>A training step of several batches as two compiled functions: one adds the gradients of a batch to the sums, one clips them and steps.</summary>
internal sealed class CompiledAccumulation
{
    private readonly Trainer _trainer;
    private readonly StepParameters _parameters;
    private readonly GradientSums _sums;
    private readonly BatchKinds _kinds = new();
    private readonly CompiledFunction _accumulate;
    private readonly bool _givesOutput;
    private CompiledFunction? _step;
    private bool[] _reached = [];
    private bool _toldFallback;

    /// <param name="trainer">Whose model, loss and optimizer.</param>
    /// <param name="parameters">What the step changes.</param>
    /// <param name="sums">What the gradients are added to.</param>
    /// <param name="givesOutput">Whether metrics need what the model gives.</param>
    public CompiledAccumulation(Trainer trainer, StepParameters parameters, GradientSums sums, bool givesOutput)
    {
        (_trainer, _parameters, _sums, _givesOutput) = (trainer, parameters, sums, givesOutput);
        _accumulate = Compile(Accumulate);
    }

    /// <summary>The function that most memory goes to, from inputs and targets to the loss, which parameters it reached, and what the model gives where that is asked for.</summary>
    public CompiledFunction Function => _accumulate;

    /// <summary>Whether a batch is to be given to <see cref="Add"/>: one of its kind came before, and the function can be compiled.</summary>
    public bool Takes(Batch batch) => _accumulate.FallbackReason is null && _kinds.Saw(batch);

    /// <summary>Adds the gradients of a batch to the sums.</summary>
    /// <exception cref="NotFiniteException">The loss is not finite; nothing has changed.</exception>
    public (double Loss, Tensor? Output) Add(Batch batch)
    {
        var results = _accumulate.Call(batch.Inputs, batch.Targets);
        // Which they are belongs to the trace that serves, so it comes with the results.
        _sums.Reach(results[1].ToArray<bool>());
        return (results[0].Item(), _givesOutput ? results[2] : null);
    }

    /// <summary>Whether <see cref="Step"/> serves: gradients reach the parameters that they reached in the step before.</summary>
    public bool Steps
    {
        get
        {
            if (_reached.AsSpan().SequenceEqual([.. _sums.Reached]))
                return _step!.FallbackReason is null;
            _reached = [.. _sums.Reached];
            _step = Compile(Apply);
            return false;
        }
    }

    /// <summary>Clips the gradients and steps.</summary>
    /// <param name="scale">One over the number of samples, Float64 [].</param>
    /// <returns>The norm of the gradients where they are clipped.</returns>
    /// <exception cref="NotFiniteException">It is not finite; nothing has changed.</exception>
    public double? Step(Tensor scale) => _step!.Call(scale) is [var norm] ? norm.Item() : null;

    private CompiledFunction Compile(Func<Tensor[], Tensor[]> function)
    {
        var compiled = Transform.Compile(function, _trainer.Model);
        compiled.FellBack += reason =>
        {
            if (!_toldFallback)
                TrainingLog.FellBack(_trainer.Log, reason);
            _toldFallback = true;
        };
        return compiled;
    }

    private Tensor[] Accumulate(Tensor[] batch)
    {
        var (output, loss) = _trainer.Forward(batch[0], batch[1]);
        Transform.RequireFinite(loss.Detach(), "the loss");
        loss.Backward(Tensor.Full(loss.Shape, batch[0].Shape[0], loss.DType));
        bool[] had = _sums.Add();
        _parameters.ClearGradients();
        Tensor[] results = [loss.Detach(), Tensor.From(had)];
        return _givesOutput ? [.. results, output.Detach()] : results;
    }

    private Tensor[] Apply(Tensor[] inputs)
    {
        _sums.Set(inputs[0]);
        Tensor[] results = _trainer.Options.ClipNorm is { } limit ? [Transform.RequireFinite(GradientClipping.ByNorm(_parameters.Model, limit), "the norm")] : [];
        _trainer.Optimizer.Step();
        _parameters.ClearGradients();
        return results;
    }
}
