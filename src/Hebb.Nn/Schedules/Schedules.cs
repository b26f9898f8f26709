namespace Hebb;

/// <summary>The base rate throughout, after a warm-up if asked for.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
public sealed class ConstantSchedule(long warmupSteps = 0, double warmupEpochs = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(in SchedulePoint at, long warmup) => 1;
}

/// <summary>A linear rise from near 0 to the base rate over the first steps, for products with other schedules.</summary>
/// <param name="steps">Steps of linear warm-up.</param>
/// <param name="epochs">Epochs of linear warm-up; a part of one may be given.</param>
public sealed class WarmupSchedule(long steps = 0, double epochs = 0) : WarmedSchedule(steps, epochs)
{
    private protected override double Body(in SchedulePoint at, long warmup) => 1;
}

/// <summary>Half a period of a cosine from the base rate down to a part of it (Loshchilov and Hutter, 2017), over the steps after the warm-up.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
/// <param name="minFactor">The factor that the run ends at.</param>
public sealed class CosineSchedule(long warmupSteps = 0, double warmupEpochs = 0, double minFactor = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(in SchedulePoint at, long warmup) => minFactor + (1 - minFactor) * (1 + Math.Cos(Math.PI * Progress(at, warmup))) / 2;
}

/// <summary>A straight line from the base rate down to a part of it, over the steps after the warm-up.</summary>
/// <param name="warmupSteps">Steps of linear warm-up.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
/// <param name="minFactor">The factor that the run ends at.</param>
public sealed class LinearSchedule(long warmupSteps = 0, double warmupEpochs = 0, double minFactor = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(in SchedulePoint at, long warmup) => 1 - (1 - minFactor) * Progress(at, warmup);
}

/// <summary>Times gamma every so many epochs.</summary>
public sealed class StepSchedule : WarmedSchedule
{
    private readonly int _everyEpochs;
    private readonly double _gamma;

    /// <param name="everyEpochs">Epochs between changes, 1 or more.</param>
    /// <param name="gamma">The factor of each change.</param>
    /// <param name="warmupSteps">Steps of linear warm-up, within the first epochs.</param>
    /// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
    public StepSchedule(int everyEpochs, double gamma = 0.1, long warmupSteps = 0, double warmupEpochs = 0) : base(warmupSteps, warmupEpochs)
    {
        if (everyEpochs < 1)
            throw new HebbException($"StepSchedule: every {everyEpochs} epochs; it must be 1 or more");
        (_everyEpochs, _gamma) = (everyEpochs, gamma);
    }

    private protected override double Body(in SchedulePoint at, long warmup) => Math.Pow(_gamma, at.Epoch / _everyEpochs);
}

/// <summary>Times gamma at the start of given epochs.</summary>
/// <param name="epochs">The numbers of the epochs, from 0, at whose start the rate changes.</param>
/// <param name="gamma">The factor of each change.</param>
/// <param name="warmupSteps">Steps of linear warm-up, within the first epochs.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
public sealed class MultiStepSchedule(IEnumerable<int> epochs, double gamma = 0.1, long warmupSteps = 0, double warmupEpochs = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private readonly int[] _epochs = [.. epochs];

    private protected override double Body(in SchedulePoint at, long warmup)
    {
        int epoch = at.Epoch;
        return Math.Pow(gamma, _epochs.Count(e => e <= epoch));
    }
}

/// <summary>Times gamma after each epoch.</summary>
/// <param name="gamma">The factor of each epoch.</param>
/// <param name="warmupSteps">Steps of linear warm-up, within the first epochs.</param>
/// <param name="warmupEpochs">Epochs of linear warm-up; a part of one may be given.</param>
public sealed class ExponentialSchedule(double gamma, long warmupSteps = 0, double warmupEpochs = 0) : WarmedSchedule(warmupSteps, warmupEpochs)
{
    private protected override double Body(in SchedulePoint at, long warmup) => Math.Pow(gamma, at.Epoch);
}

/// <summary>One cycle (Smith and Topin, 2019): a cosine up to the base rate, which is the highest, and a longer one down to almost nothing.</summary>
/// <param name="rise">The part of the run, 0 to 1, in which the rate rises.</param>
/// <param name="startFactor">The factor at the start.</param>
/// <param name="endFactor">The factor at the end.</param>
public sealed class OneCycleSchedule(double rise = 0.3, double startFactor = 1.0 / 25, double endFactor = 1.0 / 25e4) : Schedule
{
    public override double Factor(in SchedulePoint at)
    {
        // The peak and the end are reached at steps, as in PyTorch: the last step has the end's factor.
        double peak = rise * at.TotalSteps - 1, last = at.TotalSteps - 1;
        return at.Step <= peak
            ? Between(startFactor, 1, peak > 0 ? at.Step / peak : 1)
            : Between(1, endFactor, last > peak ? Math.Min(1, (at.Step - peak) / (last - peak)) : 1);
    }

    private static double Between(double from, double to, double part) => to + (from - to) * (1 + Math.Cos(Math.PI * part)) / 2;
}
