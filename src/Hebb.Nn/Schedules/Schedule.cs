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

    /// <summary>How many epochs or steps are done.</summary>
    internal long Count(ScheduleUnit unit) => unit == ScheduleUnit.Epoch ? Epoch : Step;

    /// <summary>The first step after so many epochs or steps.</summary>
    internal long FirstStep(long count, ScheduleUnit unit) => unit == ScheduleUnit.Epoch ? (long)Math.Ceiling(Steps(count)) : count;

    /// <summary>The same point seen from a part of the run as if that were all of it.</summary>
    /// <param name="from">The part's first step.</param>
    /// <param name="to">The step after its last.</param>
    internal SchedulePoint Within(long from, long to)
    {
        int first = EpochOf(from);
        return new(Step - from, Math.Max(to - from, 0), Epoch - first, EpochOf(Math.Max(to, from)) - first);
    }

    /// <summary>The point of the same run at another step.</summary>
    internal SchedulePoint AtStep(long step) => this with { Step = step, Epoch = EpochOf(step) };

    private int EpochOf(long step) => TotalSteps > 0 ? (int)(step * TotalEpochs / TotalSteps) : 0;
}

/// <summary>What a schedule counts.</summary>
public enum ScheduleUnit
{
    /// <summary>Passes over the data.</summary>
    Epoch,

    /// <summary>Steps of the optimizer.</summary>
    Step,
}

/// <summary>
/// The course of the learning rate: a factor on the optimizer's base rate at each point of a run. All but <see cref="ReduceLROnPlateau"/> are functions of the point, without state.
/// They compose: <c>a * b</c> is the product, <c>a.Then(b, after: 10)</c> one after the other, <c>a.WithWarmup(epochs: 5)</c> begins with a linear rise.
/// <code>Schedule = new MultiStepLR([30, 60, 80]).WithWarmup(epochs: 5)</code>
/// </summary>
public abstract class Schedule
{
    /// <summary>The factor for the step that comes next.</summary>
    public abstract double Factor(in SchedulePoint at);

    /// <summary>The momentum for the step that comes next, for optimizers that have one (<see cref="Optimizer.Momentum"/>); null where the schedule leaves it alone.</summary>
    public virtual double? Momentum(in SchedulePoint at) => null;

    /// <summary>The schedules that this one is made of.</summary>
    protected virtual IReadOnlyList<Schedule> Parts => [];

    /// <summary>Tells the figures of an epoch that is over, such as <c>val_loss</c>. Only schedules that wait for one look at them.</summary>
    public virtual void Observe(IReadOnlyDictionary<string, double> figures)
    {
        foreach (var part in Parts)
            part.Observe(figures);
    }

    /// <summary>Forgets what was observed: a new run begins.</summary>
    public virtual void Reset()
    {
        foreach (var part in Parts)
            part.Reset();
    }

    /// <summary>All that the factor depends on beside the point, for a checkpoint; empty where it is a function of the point.</summary>
    public virtual IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        for (int i = 0; i < Parts.Count; i++)
        {
            foreach (var (name, tensor) in Parts[i].State())
                state.Add($"{i}.{name}", tensor);
        }
        return state;
    }

    /// <summary>Goes on from what <see cref="State"/> gave.</summary>
    /// <exception cref="CheckpointException">It is the state of another schedule.</exception>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        string? stray = state.Keys.FirstOrDefault(k => !(k.IndexOf('.') is > 0 and var dot && int.TryParse(k[..dot], out int part) && part < Parts.Count));
        if (stray is not null)
            throw new CheckpointException($"the state has {stray}, of which {GetType().Name} knows nothing");
        for (int i = 0; i < Parts.Count; i++)
        {
            string prefix = $"{i}.";
            Parts[i].LoadState(state.Where(t => t.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value));
        }
    }

    /// <summary>The schedule whose factor is the product of two others'; its momentum is that of the first that has one.</summary>
    public static Schedule operator *(Schedule left, Schedule right) => new ChainedScheduler(left, right);

    /// <summary>This schedule, and another from a certain epoch or step on. Each sees its part of the run as a whole run that begins at 0.</summary>
    /// <param name="next">What comes then.</param>
    /// <param name="after">How many epochs or steps this one lasts.</param>
    /// <param name="unit">Which of the two.</param>
    /// <exception cref="HebbException">The number is negative.</exception>
    public Schedule Then(Schedule next, long after, ScheduleUnit unit = ScheduleUnit.Epoch) => new SequentialLR([this, next], [after]) { Unit = unit };

    /// <summary>
    /// A linear rise over the first steps (Goyal et al., 2017) to where this schedule begins, and then this schedule, which sees the rest of the run as a whole run that begins
    /// at 0. Step k of n, from 1, has k / (n + 1) of its first factor.
    /// </summary>
    /// <param name="steps">Steps of warm-up.</param>
    /// <param name="epochs">Epochs of warm-up, which may be given beside steps; a part of one may be given.</param>
    /// <exception cref="HebbException">A number is negative.</exception>
    public Schedule WithWarmup(long steps = 0, double epochs = 0) => new Warmed(this, new WarmupSchedule(steps, epochs));

    private sealed class Warmed(Schedule body, WarmupSchedule warmup) : Schedule
    {
        protected override IReadOnlyList<Schedule> Parts => [body];

        public override double Factor(in SchedulePoint at) => body.Factor(Rest(at)) * warmup.Factor(at);

        public override double? Momentum(in SchedulePoint at) => body.Momentum(Rest(at));

        private SchedulePoint Rest(in SchedulePoint at)
        {
            long first = warmup.Length(at);
            return (at.Step >= first ? at : at.AtStep(first)).Within(first, at.TotalSteps);
        }
    }
}

/// <summary>A factor from any function of the point.</summary>
public sealed class FunctionSchedule(Func<SchedulePoint, double> factor) : Schedule
{
    public override double Factor(in SchedulePoint at) => factor(at);
}

/// <summary>The product of schedules, <c>a * b * c</c>; the momentum is that of the first that has one.</summary>
public sealed class ChainedScheduler : Schedule
{
    private readonly Schedule[] _schedules;

    /// <param name="schedules">One or more.</param>
    /// <exception cref="HebbException">There are none.</exception>
    public ChainedScheduler(params ReadOnlySpan<Schedule> schedules)
    {
        if (schedules.IsEmpty)
            throw new HebbException("ChainedScheduler: no schedules");
        _schedules = schedules.ToArray();
    }

    protected override IReadOnlyList<Schedule> Parts => _schedules;

    public override double Factor(in SchedulePoint at)
    {
        double product = 1;
        foreach (var schedule in _schedules)
            product *= schedule.Factor(at);
        return product;
    }

    public override double? Momentum(in SchedulePoint at)
    {
        foreach (var schedule in _schedules)
        {
            if (schedule.Momentum(at) is { } momentum)
                return momentum;
        }
        return null;
    }
}

/// <summary>Schedules one after the other. Each sees its part of the run as a whole run that begins at 0.</summary>
public sealed class SequentialLR : Schedule
{
    private readonly Schedule[] _schedules;
    private readonly long[] _milestones;

    /// <param name="schedules">In their order.</param>
    /// <param name="milestones">The epochs or steps (<see cref="Unit"/>) at which the second, the third … begins.</param>
    /// <exception cref="HebbException">There is not one milestone fewer than schedules, or they do not rise.</exception>
    public SequentialLR(IEnumerable<Schedule> schedules, IEnumerable<long> milestones)
    {
        (_schedules, _milestones) = ([.. schedules], [.. milestones]);
        if (_milestones.Length != _schedules.Length - 1)
            throw new HebbException($"SequentialLR: {_schedules.Length} schedules need {_schedules.Length - 1} milestones, not {_milestones.Length}");
        for (int i = 0; i < _milestones.Length; i++)
        {
            if (_milestones[i] < (i == 0 ? 0 : _milestones[i - 1]))
                throw new HebbException($"SequentialLR: the milestones {string.Join(", ", _milestones)} do not rise from 0 on");
        }
    }

    /// <summary>What milestones count.</summary>
    public ScheduleUnit Unit { get; init; } = ScheduleUnit.Epoch;

    protected override IReadOnlyList<Schedule> Parts => _schedules;

    public override double Factor(in SchedulePoint at)
    {
        var (schedule, point) = Find(at);
        return schedule.Factor(point);
    }

    public override double? Momentum(in SchedulePoint at)
    {
        var (schedule, point) = Find(at);
        return schedule.Momentum(point);
    }

    private (Schedule Schedule, SchedulePoint Point) Find(in SchedulePoint at)
    {
        int i = 0;
        long count = at.Count(Unit);
        while (i < _milestones.Length && _milestones[i] <= count)
            i++;
        long from = i == 0 ? 0 : at.FirstStep(_milestones[i - 1], Unit), to = i == _milestones.Length ? at.TotalSteps : Math.Min(at.FirstStep(_milestones[i], Unit), at.TotalSteps);
        return (_schedules[i], at.Within(from, to));
    }
}
