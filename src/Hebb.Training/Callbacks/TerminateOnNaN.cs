namespace Hebb;

/// <summary>
/// Ends training when the loss, or where gradients are clipped their norm, is not finite, as Keras's callback of that name. Without it that is a <see cref="TrainingException"/>. Either way
/// the weights are those before the step, and the message, here <see cref="History.StopReason"/>, says where the first such number arose.
/// </summary>
public sealed class TerminateOnNaN : Callback
{
    public override bool OnDivergence(TrainingContext context, TrainingException error)
    {
        context.Stop(error.Message);
        return true;
    }
}
