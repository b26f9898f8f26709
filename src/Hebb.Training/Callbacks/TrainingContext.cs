namespace Hebb;

/// <summary>What a callback sees of the run, and how it ends it.</summary>
public sealed class TrainingContext
{
    internal TrainingContext(Trainer trainer, int epochs, long totalSteps, History history) =>
        (Trainer, Epochs, TotalSteps, History) = (trainer, epochs, totalSteps, history);

    public Trainer Trainer { get; }

    public Module Model => Trainer.Model;

    public Optimizer Optimizer => Trainer.Optimizer;

    /// <summary>The pass under way, from 1.</summary>
    public int Epoch { get; internal set; }

    /// <summary>Passes in all.</summary>
    public int Epochs { get; }

    /// <summary>Steps done since the run began.</summary>
    public long Step { get; internal set; }

    /// <summary>Steps of the whole run.</summary>
    public long TotalSteps { get; }

    /// <summary>The passes done.</summary>
    public History History { get; }

    /// <summary>Whether a callback asked to stop.</summary>
    public bool IsStopping => StopReason is not null;

    /// <summary>For callbacks that set the learning rate.</summary>
    /// <exception cref="HebbException">The trainer's schedule sets it too.</exception>
    internal void RefuseSchedule(string callback)
    {
        if (Trainer.Options.Schedule is not null)
            throw new HebbException($"{callback} sets the learning rate, and so does TrainerOptions.Schedule: use one of them");
    }

    internal string? StopReason { get; private set; }

    /// <summary>Ends training after this step; the pass is validated and recorded as it then stands.</summary>
    /// <param name="reason">Why, in a few words, for <see cref="History.StopReason"/>.</param>
    public void Stop(string reason) => StopReason ??= reason;
}
