namespace Hebb;

/// <summary>
/// Looks on while a model trains, and may stop it or change what it trains with. Override what you need; all is called on the training thread. What must survive an interruption goes through
/// <see cref="State"/>.
/// </summary>
public abstract class Callback
{
    /// <summary>The name under which a checkpoint holds the state: one of its own for each callback of a trainer.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Before the first step, or before the first after an interruption.</summary>
    public virtual void OnTrainBegin(TrainingContext context)
    {
    }

    /// <summary>Before the first step of a pass; not again where a pass is resumed in its midst.</summary>
    public virtual void OnEpochBegin(TrainingContext context)
    {
    }

    /// <summary>Before the batches of a step are computed.</summary>
    public virtual void OnStepBegin(TrainingContext context)
    {
    }

    /// <summary>After the optimizer's step.</summary>
    public virtual void OnStepEnd(TrainingContext context, in StepResult step)
    {
    }

    /// <summary>Before the validation data are looked at: the place to put averaged weights in.</summary>
    public virtual void OnValidationBegin(TrainingContext context)
    {
    }

    /// <summary>After the validation data were looked at, also where that was cancelled or failed: the place to take averaged weights out again.</summary>
    public virtual void OnValidationEnd(TrainingContext context)
    {
    }

    /// <summary>A step came to a loss, or a norm of gradients, that is not finite. The weights are those before the step.</summary>
    /// <returns>Whether the callback saw to it, mostly by <see cref="TrainingContext.Stop"/>; if none did, the error ends training.</returns>
    public virtual bool OnDivergence(TrainingContext context, TrainingException error) => false;

    /// <summary>After a pass and its validation, before the checkpoint.</summary>
    public virtual void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
    }

    /// <summary>After the last pass, or the one after which a callback stopped. Not called when training is cancelled or fails.</summary>
    public virtual void OnTrainEnd(TrainingContext context)
    {
    }

    /// <summary>All that the callback remembers, for a checkpoint.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor>();

    /// <summary>Goes on from what <see cref="State"/> gave.</summary>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
    }
}

/// <summary>What a step of the optimizer did.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Epoch">The pass, from 1.</param>
/// <param name="Loss">The mean loss of its samples, before the step.</param>
/// <param name="LearningRate">The rate that it took.</param>
/// <param name="GradientNorm">The norm of all gradients before clipping; null where nothing is clipped.</param>
/// <param name="Samples">How many samples.</param>
public readonly record struct StepResult(long Step, int Epoch, double Loss, double LearningRate, double? GradientNorm, int Samples);
