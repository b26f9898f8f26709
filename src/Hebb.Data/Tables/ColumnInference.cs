using System.Globalization;

namespace Hebb.Data;

/// <summary>Finds out what a column of texts is.</summary>
internal static class ColumnInference
{
    /// <summary>So many of a hundred values may be something else in a column of numbers or dates: those are bad rows.</summary>
    private const int TolerancePercent = 2;

    private const int FewRows = 20, MaxCategories = 1000;
    private static readonly HashSet<string> s_missing = new(StringComparer.OrdinalIgnoreCase) { "", "?", "NA", "N/A", "NaN", "null", "none", "#N/A", "missing" };

    private static readonly string[] s_dateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd HH:mm", "yyyy/MM/dd", "yyyy/MM/dd HH:mm:ss", "dd.MM.yyyy", "dd.MM.yyyy HH:mm", "dd.MM.yyyy HH:mm:ss", "yyyy-MM",
    ];

    public static bool IsMissing(string? text) => text is null || s_missing.Contains(text.Trim());

    /// <summary>The column, and the rows whose value is not what the others are: their value is missing then.</summary>
    public static (TableColumn Column, List<(int Row, string Reason)> Bad) Infer(string name, string?[] texts, bool decimalCommas = false)
    {
        for (int row = 0; row < texts.Length; row++) texts[row] = IsMissing(texts[row]) ? null : texts[row]!.Trim();
        int present = texts.Count(t => t is not null);
        if (present == 0) return (new TableColumn(name, ColumnKind.Empty, texts, null, null), []);
        if ((Numbers(texts, present, false) ?? (decimalCommas ? Numbers(texts, present, true) : null)) is { } numbers) return Parsed(name, texts, numbers.Values, null, numbers.Bad, "a number");
        if (Dates(texts, present) is { } dates) return Parsed(name, texts, null, dates.Values, dates.Bad, "a date");
        return (new TableColumn(name, TextKind(texts, present), texts, null, null), []);
    }

    private static (TableColumn, List<(int, string)>) Parsed(string name, string?[] texts, double[]? numbers, DateTime[]? dates, List<int> bad, string what)
    {
        var kind = numbers is not null ? NumberKind(numbers) : dates!.Where(d => d != default).Distinct().Count() == 1 && dates!.All(d => d != default) ? ColumnKind.Constant : ColumnKind.Date;
        return (new TableColumn(name, kind, texts, numbers, dates), [.. bad.Select(row => (row, $"column \"{CsvTable.Shorten(name)}\": \"{CsvTable.Shorten(texts[row]!)}\" is not {what}"))]);
    }

    private static (double[] Values, List<int> Bad)? Numbers(string?[] texts, int present, bool decimalComma)
    {
        var values = new double[texts.Length];
        var bad = new List<int>();
        var infinities = new List<int>();
        for (int row = 0; row < texts.Length; row++)
        {
            values[row] = double.NaN;
            if (texts[row] is not { } text) continue;
            // A number that is none: missing, but told, however many there are.
            if (IsInfinite(text))
            {
                infinities.Add(row);
                continue;
            }
            if (TryNumber(decimalComma && !text.Contains('.') ? text.Replace(',', '.') : text, out double value)) values[row] = value;
            else if (!Tolerated(bad, row, present)) return null;
        }
        if (infinities.Count == present) return null;
        return (values, [.. bad.Concat(infinities).Order()]);
    }

    /// <summary>A column read as numbers, whatever it holds; what is none is missing and listed.</summary>
    public static TableColumn AsNumbers(TableColumn column, List<(int Row, string Reason)> bad)
    {
        var texts = Enumerable.Range(0, column.Count).Select(column.Text).ToArray();
        var values = new double[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            values[row] = double.NaN;
            if (texts[row] is not { } text) continue;
            if (TryNumber(text, out double value)) values[row] = value;
            else bad.Add((row, $"column \"{CsvTable.Shorten(column.Name)}\": \"{CsvTable.Shorten(text)}\" is not a number"));
        }
        return new TableColumn(column.Name, ColumnKind.Numeric, texts, values, null);
    }

    /// <summary>A column read as dates, each in whichever form it has; what is none is missing and listed.</summary>
    public static TableColumn AsDates(TableColumn column, List<(int Row, string Reason)> bad)
    {
        var texts = Enumerable.Range(0, column.Count).Select(column.Text).ToArray();
        var values = new DateTime[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            if (texts[row] is not { } text) continue;
            if (!TryDate(text, out values[row]))
                bad.Add((row, $"column \"{CsvTable.Shorten(column.Name)}\": \"{CsvTable.Shorten(text)}\" is not a date"));
        }
        return new TableColumn(column.Name, ColumnKind.Date, texts, null, values);
    }

    /// <summary>A date in any of the forms that columns may have.</summary>
    public static bool TryDate(string text, out DateTime date) =>
        DateTime.TryParseExact(text, s_dateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out date);

    private static bool IsInfinite(string text) => text.AsSpan().TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase)
        || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsInfinity(value));

    private static bool TryNumber(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>One format for the whole column, or none: formats mixed would be guesses.</summary>
    private static (DateTime[] Values, List<int> Bad)? Dates(string?[] texts, int present)
    {
        foreach (string format in s_dateFormats)
        {
            var values = new DateTime[texts.Length];
            var bad = new List<int>();
            bool fits = true;
            for (int row = 0; row < texts.Length && fits; row++)
            {
                if (texts[row] is not { } text) continue;
                if (!DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out values[row])) fits = Tolerated(bad, row, present);
            }
            if (fits) return (values, bad);
        }
        return null;
    }

    private static bool Tolerated(List<int> bad, int row, int present)
    {
        bad.Add(row);
        return present > FewRows && bad.Count * 100 <= present * TolerancePercent;
    }

    private static ColumnKind NumberKind(double[] numbers)
    {
        var present = numbers.Where(n => !double.IsNaN(n)).ToArray();
        int distinct = present.Distinct().Count();
        if (distinct == 1 && present.Length == numbers.Length) return ColumnKind.Constant;
        bool running = present.Length > FewRows && distinct == present.Length && present.All(double.IsInteger) && present.Max() - present.Min() == distinct - 1;
        return running ? ColumnKind.Id : ColumnKind.Numeric;
    }

    private static ColumnKind TextKind(string?[] texts, int present)
    {
        var values = texts.Where(t => t is not null).Select(t => t!).ToArray();
        int distinct = values.Distinct().Count();
        if (distinct == 1 && present == texts.Length) return ColumnKind.Constant;
        if (distinct <= FewRows || distinct <= Math.Min(MaxCategories, present / 5)) return ColumnKind.Categorical;
        double words = values.Average(v => v.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        if (words >= 3) return ColumnKind.Text;
        return distinct * 10 > present * 9 ? ColumnKind.Id : distinct * 2 < present ? ColumnKind.Categorical : ColumnKind.Text;
    }
}
