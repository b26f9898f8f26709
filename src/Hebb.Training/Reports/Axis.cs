using System.Globalization;

namespace Hebb.Training.Reports;

/// <summary>Maps values to a stretch of pixels and chooses ticks at round numbers (steps of 1, 2 or 5 times a power of ten).</summary>
internal sealed class Axis
{
    // Wide enough for any measurement, narrow enough that differences of two values stay finite.
    private const double Largest = 1e300;

    // Powers of ten below would lose their digits.
    private const double Smallest = 1 / Largest;

    private readonly double _low, _high, _from, _to;
    private readonly bool _logarithmic;

    private Axis(double low, double high, double from, double to, bool logarithmic, IReadOnlyList<(double, string)> ticks) =>
        (_low, _high, _from, _to, _logarithmic, Ticks) = (low, high, from, to, logarithmic, ticks);

    /// <summary>Values and their labels.</summary>
    public IReadOnlyList<(double Value, string Label)> Ticks { get; }

    /// <summary>The longest label, in pixels.</summary>
    public double LabelWidth => Ticks.Max(t => Markup.Width(t.Label, Svg.FontSize));

    public double this[double value] => _from + (Position(value) - _low) / (_high - _low) * (_to - _from);

    /// <summary>The same scale over another stretch of pixels.</summary>
    public Axis Over(double from, double to) => new(_low, _high, from, to, _logarithmic, Ticks);

    /// <summary>An axis whose ends are ticks (<paramref name="round"/>) or exactly the smallest and largest value.</summary>
    public static Axis Linear(double low, double high, int ticks, bool round = true, bool whole = false)
    {
        (low, high) = (Math.Clamp(low, -Largest, Largest), Math.Clamp(high, -Largest, Largest));
        if (high <= low)
        {
            double margin = whole ? 1 : Math.Max(Math.Abs(low) * 0.1, 1e-9);
            (low, high) = (low - margin, high + margin);
        }
        double step = Step((high - low) / ticks);
        if (whole) step = Math.Max(1, step);
        double first = round ? Math.Floor(low / step + 1e-9) : Math.Ceiling(low / step - 1e-9);
        double last = round ? Math.Ceiling(high / step - 1e-9) : Math.Floor(high / step + 1e-9);
        var labels = new List<(double, string)>();
        // The count bounds the loop where the step is lost beside the value (a range of 1 at 1e300).
        for (int i = 0; i <= Math.Min(last - first, 100); i++) labels.Add(((first + i) * step, Label((first + i) * step, step)));
        if (labels.Count == 0) labels.Add((low, Label(low, step)));
        return round ? new Axis(first * step, last * step, 0, 1, false, labels) : new Axis(low, high, 0, 1, false, labels);
    }

    /// <summary>Powers of ten; on short ranges 2 and 5 between them, and the ends at the nearest of these. Both ends must be positive.</summary>
    public static Axis Logarithmic(double low, double high)
    {
        (low, high) = (Math.Clamp(low, Smallest, Largest), Math.Clamp(high, Smallest, Largest));
        double from = Math.Floor(Math.Log10(low) + 1e-9), to = Math.Ceiling(Math.Log10(high) - 1e-9);
        if (to <= from) to = from + 1;
        if (to - from <= 2) return Short(low, high, from, to);
        int stride = (int)Math.Ceiling((to - from) / 6);
        var labels = new List<(double, string)>();
        for (double power = from; power <= to; power += stride)
        {
            double value = Math.Pow(10, power);
            labels.Add((value, Label(value, value)));
        }
        return new Axis(from, to, 0, 1, true, labels);
    }

    private static Axis Short(double low, double high, double from, double to)
    {
        var ticks = new List<(double Value, string Label)>();
        for (double power = from; power <= to; power++)
        {
            double value = Math.Pow(10, power);
            foreach (int factor in (ReadOnlySpan<int>)[1, 2, 5]) ticks.Add((factor * value, Label(factor * value, value)));
        }
        int first = Math.Max(0, ticks.FindLastIndex(t => t.Value <= low * (1 + 1e-9))), last = ticks.FindIndex(t => t.Value >= high * (1 - 1e-9));
        if (last == first) last++;
        return new Axis(Math.Log10(ticks[first].Value), Math.Log10(ticks[last].Value), 0, 1, true, ticks[first..(last + 1)]);
    }

    private double Position(double value)
    {
        value = Math.Clamp(value, -Largest, Largest);
        return _logarithmic ? Math.Log10(Math.Max(value, Smallest)) : value;
    }

    private static double Step(double least)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(least, double.Epsilon))));
        if (power == 0) return double.Epsilon;
        double digits = least / power;
        return power * (digits <= 1.0001 ? 1 : digits <= 2.0001 ? 2 : digits <= 5.0001 ? 5 : 10);
    }

    private static string Label(double value, double step)
    {
        if (Math.Abs(value) < step * 1e-6) return "0";
        int decimals = Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9));
        if (Math.Abs(value) >= 1e6 || decimals > 5) return value.ToString("0.##e0", CultureInfo.InvariantCulture);
        // A minus sign as wide as a digit, as in print.
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture).Replace('-', '−');
    }
}
