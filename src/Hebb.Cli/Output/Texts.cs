using System.Globalization;

namespace Hebb.Cli;

/// <summary>Numbers as people read them, the same everywhere.</summary>
internal static class Texts
{
    public static string Percent(double share) => (100 * share).ToString("0.00", CultureInfo.InvariantCulture) + " %";

    public static string Seconds(double seconds) => seconds switch
    {
        < 120 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 7200 => $"{(int)(seconds / 60)} min {(int)(seconds % 60)} s",
        _ => $"{(int)(seconds / 3600)} h {(int)(seconds % 3600 / 60)} min",
    };

    /// <summary>A loss or the like, to four places.</summary>
    public static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A size as 1.5 MB; powers of 1000.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} bytes",
        < 1_000_000 => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        < 1_000_000_000 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        _ => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
    };

    public static string Plural(long count, string one, string? many = null) => $"{Count(count)} {(count == 1 ? one : many ?? one + "s")}";

    /// <summary>An argument as the system's shell reads it: in quotes where it must be.</summary>
    public static string Shell(string argument)
    {
        bool windows = OperatingSystem.IsWindows();
        if (argument.Length > 0 && argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or '+' or ':' or '=' or ',' || (windows && c == '\\')))
            return argument;
        return windows ? $"\"{argument}\"" : "'" + argument.Replace("'", "'\\''") + "'";
    }
}
