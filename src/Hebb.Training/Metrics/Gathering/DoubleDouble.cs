namespace Hebb;

/// <summary>A number as the unevaluated sum of two doubles, 106 bits (Dekker, "A floating-point technique for extending the available precision", 1971): enough for variances from sums.</summary>
internal readonly record struct DoubleDouble(double High, double Low)
{
    public static implicit operator DoubleDouble(double value) => new(value, 0);

    public static explicit operator double(DoubleDouble value) => value.High + value.Low;

    public static DoubleDouble operator -(DoubleDouble a) => new(-a.High, -a.Low);

    public static DoubleDouble operator +(DoubleDouble a, DoubleDouble b)
    {
        var (high, error) = Sum(a.High, b.High);
        var (low, rest) = Sum(a.Low, b.Low);
        (high, error) = Ordered(high, error + low);
        return Of(Ordered(high, error + rest));
    }

    public static DoubleDouble operator -(DoubleDouble a, DoubleDouble b) => a + -b;

    public static DoubleDouble operator *(DoubleDouble a, DoubleDouble b)
    {
        double high = a.High * b.High, error = Math.FusedMultiplyAdd(a.High, b.High, -high);
        return Of(Ordered(high, error + (a.High * b.Low + a.Low * b.High)));
    }

    private static DoubleDouble Of((double High, double Low) pair) => new(pair.High, pair.Low);

    private static (double, double) Sum(double a, double b)
    {
        double sum = a + b, part = sum - a;
        return (sum, (a - (sum - part)) + (b - part));
    }

    private static (double, double) Ordered(double large, double small)
    {
        double sum = large + small;
        return (sum, small - (sum - large));
    }
}
