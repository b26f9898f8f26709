namespace Hebb;

/// <summary>
/// Sets the learning rate before every pass, as Keras's callback of that name. For a course that is known ahead use <see cref="TrainerOptions.Schedule"/>, which sets it before
/// every step; both at once are an error.
/// <code>new LearningRateScheduler((epoch, lr) => epoch &lt; 10 ? lr : lr * 0.9)</code>
/// </summary>
/// <param name="schedule">From the number of the pass, here from 0 as in Keras, and the rate that the optimizer has, to the rate of the pass.</param>
public sealed class LearningRateScheduler(Func<int, double, double> schedule) : Callback
{
    /// <exception cref="HebbException">The trainer has a schedule.</exception>
    public override void OnTrainBegin(TrainingContext context) => context.RefuseSchedule(Name);

    /// <exception cref="HebbException">The schedule gave a rate that is negative or not finite.</exception>
    public override void OnEpochBegin(TrainingContext context)
    {
        double rate = schedule(context.Epoch - 1, context.Optimizer.LearningRate);
        if (!(rate >= 0) || !double.IsFinite(rate))
            throw new HebbException($"LearningRateScheduler: the schedule gave {rate} for epoch {context.Epoch}; a learning rate is 0 or more");
        context.Optimizer.LearningRate = rate;
    }
}
