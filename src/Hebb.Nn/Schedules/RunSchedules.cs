namespace Hebb;

/// <summary>What schedules share that know how long the run is, with a warm-up of a number of steps, of epochs, or both.</summary>
public abstract class WarmedSchedule : Schedule
{
    private readonly WarmupSchedule _warmup;

    private protected WarmedSchedule(long warmupSteps, double warmupEpochs) => _warmup = new WarmupSchedule(warmupSteps, warmupEpochs, GetType().Name);

    public sealed override double Factor(in SchedulePoint at)
    {
        long steps = at.TotalSteps - _warmup.Length(at), step = at.Step - _warmup.Length(at);
        return _warmup.Factor(at) * Body(steps > 0 ? Math.Clamp((double)step / steps, 0, 1) : step < 0 ? 0 : 1);
    }

    /// <summary>The factor without the warm-up's.</summary>
    /// <param name="progress">How much of the run after the warm-up is over, 0 to 1: 0 at its first step, 1 after its last.</param>
    private protected abstract double Body(double progress);
}

/// <summary>
/// A linear rise from near 0 to the base rate over the first steps (Goyal et al., 2017): in number <c>k</c> of <c>n</c>, from 1, the factor is k / (n + 1). In a product the other
/// schedule goes on meanwhile; see also <see cref="Schedule.WithWarmup"/>.
/// </summary>
public sealed class WarmupSchedule : Schedule
{
    private readonly long _steps;
    private readonly double _epochs;

    /// <param name="steps">Steps of warm-up.</param>
    /// <param name="epochs">Epochs of warm-up, which may be given beside steps; a part of one may be given.</param>
    /// <exception cref="HebbException">A number is negative.</exception>
    public WarmupSchedule(long steps = 0, double epochs = 0) : this(steps, epochs, nameof(WarmupSchedule))
    {
    }

    internal WarmupSchedule(long steps, double epochs, string name)
    {
        if (steps < 0 || !(epochs >= 0))
            throw new HebbException($"{name}: a warm-up of {(steps < 0 ? $"{steps} steps" : $"{epochs} epochs")} is negative");
        (_steps, _epochs) = (steps, epochs);
    }

    public override double Factor(in SchedulePoint at)
    {
        long length = Length(at);
        return at.Step < length ? (at.Step + 1.0) / (length + 1) : 1;
    }

    /// <summary>How many steps it takes.</summary>
    internal long Length(in SchedulePoint at) => _steps + (long)Math.Ceiling(at.Steps(_epochs));
}

/// <summary>The base rate throughout, after a warm-up if asked for.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
public sealed class ConstantSchedule(long warmupSteps = 0, double warmupEpochs = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(double progress) => 1;
}

/// <summary>Half a period of a cosine from the base rate down to a part of it (Loshchilov and Hutter, 2017), over the steps after the warm-up.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
/// <param name="minFactor">The factor that the run ends at.</param>
public sealed class CosineSchedule(long warmupSteps = 0, double warmupEpochs = 0, double minFactor = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(double progress) => Annealing.Cosine(1, minFactor, progress);
}

/// <summary>A straight line from the base rate down to a part of it, over the steps after the warm-up.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
/// <param name="minFactor">The factor that the run ends at.</param>
public sealed class LinearSchedule(long warmupSteps = 0, double warmupEpochs = 0, double minFactor = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(double progress) => Annealing.Linear(1, minFactor, progress);
}

/// <summary>The fall at the end of <see cref="WarmupStableDecaySchedule"/>.</summary>
public enum DecayShape
{
    /// <summary>1 less the root of the part that is over (Hägele et al., 2024).</summary>
    Root,

    /// <summary>A straight line.</summary>
    Linear,

    /// <summary>Half a period of a cosine.</summary>
    Cosine,
}

/// <summary>
/// Warm-up, then the base rate, then a fall in the last part of the run (WSD; Hu et al., 2024): the middle needs no knowledge of the end, so a run can go on from before the fall.
/// </summary>
public sealed class WarmupStableDecaySchedule : WarmedSchedule
{
    private readonly double _decay, _minFactor;
    private readonly DecayShape _shape;

    /// <param name="decay">The part of the steps after the warm-up in which the rate falls, 0 to 1.</param>
    /// <param name="warmupSteps">Steps of linear warm-up.</param>
    /// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
    /// <param name="minFactor">The factor that the run ends at.</param>
    /// <param name="shape">How it falls.</param>
    /// <exception cref="HebbException"><paramref name="decay"/> is not from 0 to 1, or a warm-up is negative.</exception>
    public WarmupStableDecaySchedule(double decay = 0.2, long warmupSteps = 0, double warmupEpochs = 0, double minFactor = 0, DecayShape shape = DecayShape.Root) : base(warmupSteps, warmupEpochs)
    {
        if (decay is not (>= 0 and <= 1))
            throw new HebbException($"WarmupStableDecaySchedule: decay {decay} is not from 0 to 1");
        (_decay, _minFactor, _shape) = (decay, minFactor, shape);
    }

    private protected override double Body(double progress)
    {
        double part = _decay > 0 ? Math.Max(0, 1 - (1 - progress) / _decay) : 0;
        return _shape switch
        {
            DecayShape.Linear => Annealing.Linear(1, _minFactor, part),
            DecayShape.Cosine => Annealing.Cosine(1, _minFactor, part),
            _ => Annealing.Linear(1, _minFactor, Math.Sqrt(part)),
        };
    }
}

/// <summary>A linear rise to the base rate over the warm-up, then a fall with the inverse root of the step (Vaswani et al., 2017, with the highest rate as the base).</summary>
public sealed class InverseSqrtSchedule : Schedule
{
    private readonly long _warmupSteps;

    /// <param name="warmupSteps">The step that has the base rate, 1 or more.</param>
    /// <exception cref="HebbException">It is below 1.</exception>
    public InverseSqrtSchedule(long warmupSteps)
    {
        if (warmupSteps < 1)
            throw new HebbException($"InverseSqrtSchedule: warmupSteps {warmupSteps} is not 1 or more");
        _warmupSteps = warmupSteps;
    }

    public override double Factor(in SchedulePoint at)
    {
        double step = at.Step + 1;
        return Math.Min(step / _warmupSteps, Math.Sqrt(_warmupSteps / step));
    }
}

/// <summary>The rate of the first transformer: modelSize^-0.5 min(step^-0.5, step warmupSteps^-1.5), with the base rate as a factor (Vaswani et al., 2017, equation 3).</summary>
/// <param name="modelSize">The width of the model.</param>
/// <param name="warmupSteps">The step that has the highest rate, 1 or more.</param>
/// <exception cref="HebbException">A number is below 1.</exception>
public sealed class NoamSchedule(int modelSize, long warmupSteps = 4000) : Schedule
{
    private readonly InverseSqrtSchedule _shape = new(warmupSteps);
    private readonly double _highest = modelSize >= 1 ? 1 / Math.Sqrt((double)modelSize * warmupSteps) : throw new HebbException($"NoamSchedule: modelSize {modelSize} is not 1 or more");

    public override double Factor(in SchedulePoint at) => _highest * _shape.Factor(at);
}

/// <summary>A schedule, and from a certain epoch or step on a way to a fixed rate, at which weights are averaged (Izmailov et al., 2018; see AveragedModel).</summary>
public sealed class SWALR : Schedule
{
    private readonly Schedule _before;
    private readonly long _start;
    private readonly double _swaFactor;
    private readonly int _annealEpochs;
    private readonly AnnealStrategy _strategy;

    /// <param name="before">What comes before.</param>
    /// <param name="start">The epoch or step (<see cref="Unit"/>) at which the way begins, from the rate that it has there.</param>
    /// <param name="swaFactor">The factor that it ends at.</param>
    /// <param name="annealEpochs">How many epochs or steps it takes.</param>
    /// <param name="annealStrategy">How it goes there.</param>
    /// <exception cref="HebbException">A number is negative.</exception>
    public SWALR(Schedule before, long start, double swaFactor, int annealEpochs = 10, AnnealStrategy annealStrategy = AnnealStrategy.Cosine)
    {
        if (start < 0 || annealEpochs < 0)
            throw new HebbException($"SWALR: start {start} and annealEpochs {annealEpochs} must not be negative");
        (_before, _start, _swaFactor, _annealEpochs, _strategy) = (before, start, swaFactor, annealEpochs, annealStrategy);
    }

    /// <summary>What it counts.</summary>
    public ScheduleUnit Unit { get; init; } = ScheduleUnit.Epoch;

    protected override IReadOnlyList<Schedule> Parts => [_before];

    public override double Factor(in SchedulePoint at)
    {
        long count = at.Count(Unit) - _start;
        if (count < 0)
            return _before.Factor(at);
        double from = _before.Factor(at.AtStep(at.FirstStep(_start, Unit)));
        return Annealing.Of(_strategy, from, _swaFactor, _annealEpochs > 0 ? Math.Min(1, (double)count / _annealEpochs) : 1);
    }

    public override double? Momentum(in SchedulePoint at) => _before.Momentum(at);
}
