namespace Hebb;

/// <summary>What schedules share whose factor depends on how many epochs or steps are done, not on how long the run is: PyTorch's, in epochs unless told otherwise.</summary>
public abstract class CountedSchedule : Schedule
{
    private protected CountedSchedule()
    {
    }

    /// <summary>What it counts.</summary>
    public ScheduleUnit Unit { get; init; } = ScheduleUnit.Epoch;

    public sealed override double Factor(in SchedulePoint at) => At(at.Count(Unit));

    /// <summary>The factor after so many epochs or steps.</summary>
    public abstract double At(long count);

    private protected void Check(string name, double value, bool valid, string range)
    {
        if (!valid)
            throw new HebbException($"{GetType().Name}: {name} {value} is not {range}");
    }
}

/// <summary>A factor from a function of the number of epochs or steps done.</summary>
/// <param name="factor">From the number, 0 at first, to the factor.</param>
public sealed class LambdaLR(Func<long, double> factor) : CountedSchedule
{
    public override double At(long count) => factor(count);
}

/// <summary>Times a factor after each epoch or step, which is a function of the number then done.</summary>
/// <param name="factor">From the number, 1 at first, to what the rate is multiplied by.</param>
public sealed class MultiplicativeLR(Func<long, double> factor) : CountedSchedule
{
    private (long Count, double Product) _last = (0, 1);

    public override double At(long count)
    {
        var (done, product) = _last.Count <= count ? _last : (0, 1);
        while (done < count)
            product *= factor(++done);
        _last = (done, product);
        return product;
    }
}

/// <summary>Times gamma every so many epochs or steps.</summary>
public sealed class StepLR : CountedSchedule
{
    private readonly int _stepSize;
    private readonly double _gamma;

    /// <param name="stepSize">How many are between changes, 1 or more.</param>
    /// <param name="gamma">The factor of each change.</param>
    /// <exception cref="HebbException"><paramref name="stepSize"/> is below 1.</exception>
    public StepLR(int stepSize, double gamma = 0.1)
    {
        Check(nameof(stepSize), stepSize, stepSize >= 1, "1 or more");
        (_stepSize, _gamma) = (stepSize, gamma);
    }

    public override double At(long count) => Math.Pow(_gamma, count / _stepSize);
}

/// <summary>Times gamma at given epochs or steps.</summary>
/// <param name="milestones">Their numbers, from 0; one that stands there twice counts twice.</param>
/// <param name="gamma">The factor of each change.</param>
public sealed class MultiStepLR(IEnumerable<int> milestones, double gamma = 0.1) : CountedSchedule
{
    private readonly int[] _milestones = [.. milestones];

    public override double At(long count) => Math.Pow(gamma, _milestones.Count(m => m <= count));
}

/// <summary>Times gamma after each epoch or step.</summary>
/// <param name="gamma">The factor.</param>
public sealed class ExponentialLR(double gamma) : CountedSchedule
{
    public override double At(long count) => Math.Pow(gamma, count);
}

/// <summary>A part of the base rate at first, then all of it.</summary>
public sealed class ConstantLR : CountedSchedule
{
    private readonly double _factor;
    private readonly int _totalIters;

    /// <param name="factor">The part, 0 to 1.</param>
    /// <param name="totalIters">For how many epochs or steps.</param>
    /// <exception cref="HebbException">The factor is out of its range.</exception>
    public ConstantLR(double factor = 1.0 / 3, int totalIters = 5)
    {
        Check(nameof(factor), factor, factor is >= 0 and <= 1, "from 0 to 1");
        (_factor, _totalIters) = (factor, totalIters);
    }

    public override double At(long count) => count < _totalIters ? _factor : 1;
}

/// <summary>A straight line from one factor to another, which then stays.</summary>
public sealed class LinearLR : CountedSchedule
{
    private readonly double _startFactor, _endFactor;
    private readonly int _totalIters;

    /// <param name="startFactor">The first factor, above 0 to 1.</param>
    /// <param name="endFactor">The last, 0 to 1.</param>
    /// <param name="totalIters">After how many epochs or steps it is reached, 1 or more.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public LinearLR(double startFactor = 1.0 / 3, double endFactor = 1, int totalIters = 5)
    {
        Check(nameof(startFactor), startFactor, startFactor is > 0 and <= 1, "above 0 to 1");
        Check(nameof(endFactor), endFactor, endFactor is >= 0 and <= 1, "from 0 to 1");
        Check(nameof(totalIters), totalIters, totalIters >= 1, "1 or more");
        (_startFactor, _endFactor, _totalIters) = (startFactor, endFactor, totalIters);
    }

    public override double At(long count) => _startFactor + (_endFactor - _startFactor) * Math.Min(_totalIters, count) / _totalIters;
}

/// <summary>A power of the part that is left: from the base rate down to 0.</summary>
public sealed class PolynomialLR : CountedSchedule
{
    private readonly int _totalIters;
    private readonly double _power;

    /// <param name="totalIters">After how many epochs or steps 0 is reached, 1 or more.</param>
    /// <param name="power">The power; 1 is a straight line.</param>
    /// <exception cref="HebbException"><paramref name="totalIters"/> is below 1.</exception>
    public PolynomialLR(int totalIters = 5, double power = 1)
    {
        Check(nameof(totalIters), totalIters, totalIters >= 1, "1 or more");
        (_totalIters, _power) = (totalIters, power);
    }

    public override double At(long count) => Math.Pow(1 - (double)Math.Min(_totalIters, count) / _totalIters, _power);
}
