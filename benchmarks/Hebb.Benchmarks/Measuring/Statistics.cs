namespace Hebb.Benchmarks;

/// <summary>What the tables state of a row's rounds, and of a suite's rows.</summary>
internal static class Statistics
{
    public static double Median(ReadOnlySpan<double> values) => Quantile(values, 0.5);

    /// <summary>The value below which a share of the values lies, by linear interpolation between the nearest two.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double Quantile(ReadOnlySpan<double> values, double share)
    {
        if (values.IsEmpty) throw new ArgumentException("a quantile of no values");
        double[] sorted = values.ToArray();
        Array.Sort(sorted);
        double place = share * (sorted.Length - 1);
        int below = (int)place;
        return below + 1 < sorted.Length ? sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]) : sorted[below];
    }

    /// <exception cref="ArgumentException">There are no values.</exception>
    public static double GeometricMean(IEnumerable<double> values)
    {
        double sum = 0;
        int count = 0;
        foreach (double value in values)
        {
            sum += Math.Log(value);
            count++;
        }
        return count > 0 ? Math.Exp(sum / count) : throw new ArgumentException("a mean of no values");
    }
}
