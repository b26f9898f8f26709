namespace Hebb;

/// <summary>
/// A callback made of functions, for what does not deserve a class. It keeps no state across interruptions.
/// <code>new LambdaCallback { EpochEnd = (context, epoch) => Console.WriteLine(epoch["loss"]) }</code>
/// </summary>
/// <param name="name">Tells several of them in one trainer apart.</param>
public sealed class LambdaCallback(string name = "LambdaCallback") : Callback
{
    public override string Name => name;

    /// <summary>See <see cref="Callback.OnTrainBegin"/>.</summary>
    public Action<TrainingContext>? TrainBegin { get; init; }

    /// <summary>See <see cref="Callback.OnTrainEnd"/>.</summary>
    public Action<TrainingContext>? TrainEnd { get; init; }

    /// <summary>See <see cref="Callback.OnEpochBegin"/>.</summary>
    public Action<TrainingContext>? EpochBegin { get; init; }

    /// <summary>See <see cref="Callback.OnEpochEnd"/>.</summary>
    public Action<TrainingContext, EpochResult>? EpochEnd { get; init; }

    /// <summary>See <see cref="Callback.OnStepBegin"/>.</summary>
    public Action<TrainingContext>? StepBegin { get; init; }

    /// <summary>See <see cref="Callback.OnStepEnd"/>.</summary>
    public Action<TrainingContext, StepResult>? StepEnd { get; init; }

    /// <summary>See <see cref="Callback.OnValidationBegin"/>.</summary>
    public Action<TrainingContext>? ValidationBegin { get; init; }

    /// <summary>See <see cref="Callback.OnValidationEnd"/>.</summary>
    public Action<TrainingContext>? ValidationEnd { get; init; }

    public override void OnTrainBegin(TrainingContext context) => TrainBegin?.Invoke(context);

    public override void OnTrainEnd(TrainingContext context) => TrainEnd?.Invoke(context);

    public override void OnEpochBegin(TrainingContext context) => EpochBegin?.Invoke(context);

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => EpochEnd?.Invoke(context, epoch);

    public override void OnStepBegin(TrainingContext context) => StepBegin?.Invoke(context);

    public override void OnStepEnd(TrainingContext context, in StepResult step) => StepEnd?.Invoke(context, step);

    public override void OnValidationBegin(TrainingContext context) => ValidationBegin?.Invoke(context);

    public override void OnValidationEnd(TrainingContext context) => ValidationEnd?.Invoke(context);
}
