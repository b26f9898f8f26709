using System.Globalization;

namespace Hebb.Data;

/// <summary>Dates as files write them.</summary>
internal static class DateText
{
    private const DateTimeStyles Utc = DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal;

    private static readonly string[] s_dayFirst = Slashed("d/M/yyyy"), s_monthFirst = Slashed("M/d/yyyy");

    /// <summary>Those that are read alike everywhere. A time without a zone is taken for UTC, others are brought to it.</summary>
    public static IReadOnlyList<string> Formats { get; } =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss K",
        "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy/MM/dd", "yyyy/MM/dd HH:mm", "yyyy/MM/dd HH:mm:ss", "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss", "yyyy-MM",
    ];

    public static bool TryParse(string text, string format, out DateTime date) => DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, Utc, out date);

    /// <summary>A date in any of the forms.</summary>
    /// <param name="text">The text.</param>
    /// <param name="dayFirst">How 3/4/2024 is read; null where that is no date.</param>
    /// <param name="date">The instant, UTC.</param>
    public static bool TryParse(string text, bool? dayFirst, out DateTime date)
    {
        foreach (string format in Formats)
            if (TryParse(text, format, out date)) return true;
        date = default;
        return dayFirst is { } day && TrySlashed(text, day, out date);
    }

    /// <summary>A date such as 3/14/2024 or 14-3-2024, a time of day after it or none.</summary>
    public static bool TrySlashed(string text, bool dayFirst, out DateTime date) => DateTime.TryParseExact(text, dayFirst ? s_dayFirst : s_monthFirst, CultureInfo.InvariantCulture, Utc, out date);

    private static string[] Slashed(string day) =>
        [.. from form in (string[])[day, day.Replace('/', '-')] from time in (string[])["", " H:mm", " H:mm:ss", " h:mm tt", " h:mm:ss tt"] select form + time];
}
