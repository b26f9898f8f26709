namespace Hebb;

/// <summary>How high the cycles of <see cref="CyclicLR"/> go.</summary>
public enum CyclicMode
{
    /// <summary>All to the top.</summary>
    Triangular,

    /// <summary>Each half as high above the base as the one before.</summary>
    Triangular2,

    /// <summary>By gamma to the number of steps done.</summary>
    ExpRange,
}

/// <summary>Straight lines up and down between two rates (Smith, 2017). Counted in steps unless told otherwise. The momentum, if it is cycled, goes the other way.</summary>
public sealed class CyclicLR : Schedule
{
    private readonly double _baseFactor, _maxFactor, _gamma, _baseMomentum, _maxMomentum;
    private readonly int _up, _down;
    private readonly CyclicMode _mode;
    private readonly bool _cycleMomentum;

    /// <param name="baseFactor">The lower factor.</param>
    /// <param name="maxFactor">The upper factor.</param>
    /// <param name="stepSizeUp">How many steps, or epochs, go up, 1 or more.</param>
    /// <param name="stepSizeDown">How many go down; by default as many.</param>
    /// <param name="mode">How high later cycles go.</param>
    /// <param name="gamma">For <see cref="CyclicMode.ExpRange"/>.</param>
    /// <param name="cycleMomentum">Whether <see cref="Schedule.Momentum"/> is given.</param>
    /// <param name="baseMomentum">The momentum at the top.</param>
    /// <param name="maxMomentum">The momentum at the bottom.</param>
    /// <exception cref="HebbException">A number of steps is below 1.</exception>
    public CyclicLR(double baseFactor, double maxFactor = 1, int stepSizeUp = 2000, int? stepSizeDown = null, CyclicMode mode = CyclicMode.Triangular, double gamma = 1,
        bool cycleMomentum = true, double baseMomentum = 0.8, double maxMomentum = 0.9)
    {
        if (stepSizeUp < 1 || stepSizeDown < 1)
            throw new HebbException($"CyclicLR: {stepSizeUp} steps up and {stepSizeDown ?? stepSizeUp} down: both must be 1 or more");
        (_baseFactor, _maxFactor, _up, _down, _mode, _gamma) = (baseFactor, maxFactor, stepSizeUp, stepSizeDown ?? stepSizeUp, mode, gamma);
        (_cycleMomentum, _baseMomentum, _maxMomentum) = (cycleMomentum, baseMomentum, maxMomentum);
    }

    /// <summary>What it counts.</summary>
    public ScheduleUnit Unit { get; init; } = ScheduleUnit.Step;

    /// <summary>In place of a mode: how high a cycle goes, 0 to 1, by its number, from 1.</summary>
    public Func<long, double>? Scale { get; init; }

    public override double Factor(in SchedulePoint at) => _baseFactor + (_maxFactor - _baseFactor) * Height(at);

    public override double? Momentum(in SchedulePoint at) => _cycleMomentum ? _maxMomentum - (_maxMomentum - _baseMomentum) * Height(at) : null;

    private double Height(in SchedulePoint at)
    {
        long count = at.Count(Unit), cycle = count / (_up + _down), within = count % (_up + _down);
        double height = within <= _up ? (double)within / _up : 1 - (double)(within - _up) / _down;
        return height * (Scale, _mode) switch
        {
            ({ } scale, _) => scale(cycle + 1),
            (_, CyclicMode.Triangular2) => Math.Pow(0.5, cycle),
            (_, CyclicMode.ExpRange) => Math.Pow(_gamma, count),
            _ => 1,
        };
    }
}

/// <summary>
/// One cycle (Smith and Topin, 2019) by PyTorch's rules: up to the base rate, which is the highest, and down to almost nothing, while the momentum goes down and up again.
/// Counted in steps.
/// </summary>
public sealed class OneCycleLR : Schedule
{
    private readonly long? _totalSteps;
    private readonly double _pctStart, _divFactor, _finalDivFactor, _baseMomentum, _maxMomentum;
    private readonly AnnealStrategy _strategy;
    private readonly bool _cycleMomentum, _threePhase;

    /// <param name="totalSteps">How long the cycle is; by default the whole run.</param>
    /// <param name="pctStart">The part of it, 0 to 1, in which the rate rises.</param>
    /// <param name="annealStrategy">The way between rates.</param>
    /// <param name="cycleMomentum">Whether <see cref="Schedule.Momentum"/> is given.</param>
    /// <param name="baseMomentum">The momentum at the top.</param>
    /// <param name="maxMomentum">The momentum at both ends.</param>
    /// <param name="divFactor">The first factor is 1 over this.</param>
    /// <param name="finalDivFactor">The last factor is the first over this.</param>
    /// <param name="threePhase">Goes down as it went up, and then on to the last factor.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public OneCycleLR(long? totalSteps = null, double pctStart = 0.3, AnnealStrategy annealStrategy = AnnealStrategy.Cosine, bool cycleMomentum = true, double baseMomentum = 0.85,
        double maxMomentum = 0.95, double divFactor = 25, double finalDivFactor = 1e4, bool threePhase = false)
    {
        if (totalSteps < 1)
            throw new HebbException($"OneCycleLR: totalSteps {totalSteps} is not 1 or more");
        if (pctStart is not (>= 0 and <= 1))
            throw new HebbException($"OneCycleLR: pctStart {pctStart} is not from 0 to 1");
        (_totalSteps, _pctStart, _strategy, _cycleMomentum) = (totalSteps, pctStart, annealStrategy, cycleMomentum);
        (_baseMomentum, _maxMomentum, _divFactor, _finalDivFactor, _threePhase) = (baseMomentum, maxMomentum, divFactor, finalDivFactor, threePhase);
    }

    public override double Factor(in SchedulePoint at)
    {
        double first = 1 / _divFactor;
        return Along(at, first, 1, _threePhase ? first : null, first / _finalDivFactor);
    }

    public override double? Momentum(in SchedulePoint at) => _cycleMomentum ? Along(at, _maxMomentum, _baseMomentum, _threePhase ? _maxMomentum : null, _maxMomentum) : null;

    // Top and ends are reached at steps: the last step has the last value.
    private double Along(in SchedulePoint at, double start, double top, double? between, double end)
    {
        double total = _totalSteps ?? at.TotalSteps, last = total - 1, peak = _pctStart * total - 1, step = Math.Min(at.Step, last);
        if (step <= peak)
            return Annealing.Of(_strategy, start, top, peak > 0 ? step / peak : 1);
        if (between is not { } middle)
            return Annealing.Of(_strategy, top, end, last > peak ? (step - peak) / (last - peak) : 1);
        double back = 2 * _pctStart * total - 2;
        return step <= back
            ? Annealing.Of(_strategy, top, middle, (step - peak) / (back - peak))
            : Annealing.Of(_strategy, middle, end, last > back ? (step - back) / (last - back) : 1);
    }
}
