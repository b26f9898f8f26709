using System.Globalization;

namespace Hebb;

/// <summary>How figures are written for people, the same in every culture.</summary>
internal static class MetricText
{
    public static string Number(double value) => double.IsNaN(value) ? "not defined"
        : value != 0 && (Math.Abs(value) < 1e-3 || Math.Abs(value) >= 1e6) ? value.ToString("0.###e-0", CultureInfo.InvariantCulture)
        : value.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Percent(double value) => double.IsNaN(value) ? "not defined" : (100 * value).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A setting as part of a name: 0.5, 2.</summary>
    public static string Plain(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
