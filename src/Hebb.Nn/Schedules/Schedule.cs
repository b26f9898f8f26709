namespace Hebb;

/// <summary>Where a training run stands.</summary>
/// <param name="Step">The number of the optimizer's step that comes next, from 0.</param>
/// <param name="TotalSteps">How many steps the run has.</param>
/// <param name="Epoch">The number of the epoch, from 0.</param>
/// <param name="TotalEpochs">How many epochs the run has.</param>
public readonly record struct SchedulePoint(long Step, long TotalSteps, int Epoch, int TotalEpochs)
{
    /// <summary>How many steps <paramref name="epochs"/> epochs take.</summary>
    public double Steps(double epochs) => TotalEpochs > 0 ? epochs * TotalSteps / TotalEpochs : 0;
}

/// <summary>
/// The course of the learning rate: a factor on the optimizer's base rate at each point of a run. A function without state, so there is nothing to save; products of
/// schedules are schedules: <c>new WarmupSchedule(epochs: 5) * new MultiStepSchedule([30, 60, 80])</c>.
/// </summary>
public abstract class Schedule
{
    /// <summary>The factor for the step that comes next.</summary>
    public abstract double Factor(in SchedulePoint at);

    /// <summary>The schedule whose factor is the product of two others'.</summary>
    public static Schedule operator *(Schedule left, Schedule right) => new Product(left, right);

    private sealed class Product(Schedule left, Schedule right) : Schedule
    {
        public override double Factor(in SchedulePoint at) => left.Factor(at) * right.Factor(at);
    }
}

/// <summary>A factor from any function of the point.</summary>
public sealed class FunctionSchedule(Func<SchedulePoint, double> factor) : Schedule
{
    public override double Factor(in SchedulePoint at) => factor(at);
}

/// <summary>
/// What schedules with a warm-up share: the factor grows linearly from near 0 over the first steps (Goyal et al., 2017), in number <c>k</c> of <c>n</c>, from 1,
/// being k / (n + 1) of what follows.
/// </summary>
public abstract class WarmedSchedule : Schedule
{
    private readonly long _warmupSteps;
    private readonly double _warmupEpochs;

    private protected WarmedSchedule(long warmupSteps, double warmupEpochs)
    {
        if (warmupSteps < 0 || !(warmupEpochs >= 0))
            throw new HebbException($"{GetType().Name}: a warm-up of {(warmupSteps < 0 ? $"{warmupSteps} steps" : $"{warmupEpochs} epochs")} is negative");
        (_warmupSteps, _warmupEpochs) = (warmupSteps, warmupEpochs);
    }

    /// <summary>The number of steps of warm-up: those in steps and those in epochs together.</summary>
    private long Warmup(in SchedulePoint at) => _warmupSteps + (long)Math.Ceiling(at.Steps(_warmupEpochs));

    public sealed override double Factor(in SchedulePoint at)
    {
        long warmup = Warmup(at);
        double body = Body(at, warmup);
        return at.Step < warmup ? body * (at.Step + 1) / (warmup + 1) : body;
    }

    /// <summary>The factor without the warm-up's.</summary>
    private protected abstract double Body(in SchedulePoint at, long warmup);

    /// <summary>How much of the run after the warm-up is over, 0 to 1: 0 at its first step, 1 after its last.</summary>
    private protected static double Progress(in SchedulePoint at, long warmup)
    {
        long steps = at.TotalSteps - warmup;
        return steps > 0 ? Math.Clamp((double)(at.Step - warmup) / steps, 0, 1) : at.Step < warmup ? 0 : 1;
    }
}
