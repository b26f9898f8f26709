namespace Hebb;

/// <summary>A cosine between the base rate and a part of it, over and over (Loshchilov and Hutter, 2017, without restarts).</summary>
public sealed class CosineAnnealingLR : CountedSchedule
{
    private readonly int _tMax;
    private readonly double _minFactor;

    /// <param name="tMax">Half a period, in epochs or steps: when the least is reached.</param>
    /// <param name="minFactor">The least factor.</param>
    /// <exception cref="HebbException"><paramref name="tMax"/> is below 1.</exception>
    public CosineAnnealingLR(int tMax, double minFactor = 0)
    {
        Check(nameof(tMax), tMax, tMax >= 1, "1 or more");
        (_tMax, _minFactor) = (tMax, minFactor);
    }

    public override double At(long count) => Annealing.Cosine(1, _minFactor, (double)count / _tMax);
}

/// <summary>Half a period of a cosine from the base rate down to a part of it, again and again from the top, each time longer if asked for (Loshchilov and Hutter, 2017).</summary>
public sealed class CosineAnnealingWarmRestarts : CountedSchedule
{
    private readonly int _t0, _tMult;
    private readonly double _minFactor;

    /// <param name="t0">Epochs or steps to the first restart, 1 or more.</param>
    /// <param name="tMult">By how much each course is longer than the one before, 1 or more.</param>
    /// <param name="minFactor">The least factor.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public CosineAnnealingWarmRestarts(int t0, int tMult = 1, double minFactor = 0)
    {
        Check(nameof(t0), t0, t0 >= 1, "1 or more");
        Check(nameof(tMult), tMult, tMult >= 1, "1 or more");
        (_t0, _tMult, _minFactor) = (t0, tMult, minFactor);
    }

    public override double At(long count)
    {
        long length = _t0;
        if (_tMult == 1)
            count %= length;
        while (count >= length)
            (count, length) = (count - length, length * _tMult);
        return Annealing.Cosine(1, _minFactor, (double)count / length);
    }
}

/// <summary>Ways from one number to another.</summary>
internal static class Annealing
{
    public static double Cosine(double from, double to, double part) => to + (from - to) * (1 + Math.Cos(Math.PI * part)) / 2;

    public static double Linear(double from, double to, double part) => from + (to - from) * part;

    public static double Of(AnnealStrategy strategy, double from, double to, double part) => strategy == AnnealStrategy.Cosine ? Cosine(from, to, part) : Linear(from, to, part);
}

/// <summary>The way from one rate to another.</summary>
public enum AnnealStrategy
{
    /// <summary>Half a period of a cosine.</summary>
    Cosine,

    /// <summary>A straight line.</summary>
    Linear,
}
