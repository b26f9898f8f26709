using System.Globalization;

namespace Hebb.Diagnostics;

/// <summary>Quantities as people read them.</summary>
public static class Units
{
    private static readonly string[] s_binary = ["B", "KiB", "MiB", "GiB", "TiB"];
    private static readonly string[] s_decimal = ["", "k", "M", "G", "T", "P"];

    /// <summary>Bytes with three digits, such as <c>1.25 MiB</c>.</summary>
    public static string Bytes(long bytes)
    {
        int unit = 0;
        double value = bytes;
        for (; value >= 999.5 && unit < s_binary.Length - 1; unit++)
            value /= 1024;
        return $"{Digits(value, unit > 0)} {s_binary[unit]}";
    }

    /// <summary>A count with three digits and the prefix of its unit behind it, such as <c>1.25 M</c>.</summary>
    public static string Short(double count)
    {
        int unit = 0;
        for (; count >= 999.5 && unit < s_decimal.Length - 1; unit++)
            count /= 1000;
        return $"{Digits(count, unit > 0)} {s_decimal[unit]}";
    }

    /// <summary>A count and what is counted, in the singular or plural.</summary>
    public static string Plural(long count, string one, string? many = null) => $"{count.ToString("#,0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many ?? one + "s")}";

    private static string Digits(double value, bool fraction) =>
        value.ToString(!fraction || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
