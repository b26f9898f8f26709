using System.Globalization;

namespace Hebb.Data;

/// <summary>Finds out what a column of texts is.</summary>
internal static class ColumnInference
{
    /// <summary>So many of a hundred values may be something else in a column of numbers or dates: those are bad rows.</summary>
    private const int TolerancePercent = 2;

    private const int FewRows = 20, MaxCategories = 1000;
    private static readonly HashSet<string> s_missing = new(StringComparer.OrdinalIgnoreCase) { "", "?", "NA", "N/A", "NaN", "null", "none", "#N/A", "missing" };

    public static bool IsMissing(string? text) => text is null || s_missing.Contains(text.Trim());

    /// <summary>The column, and the rows whose value is not what the others are: their value is missing then.</summary>
    public static (TableColumn Column, List<(int Row, string Reason)> Bad) Infer(string name, string?[] texts, bool decimalCommas = false)
    {
        for (int row = 0; row < texts.Length; row++) texts[row] = IsMissing(texts[row]) ? null : texts[row]!.Trim();
        int present = texts.Count(t => t is not null);
        if (present == 0) return (new TableColumn(name, ColumnKind.Empty, texts, null, null), []);
        // Where commas may stand before decimals, 1,234 is a little more than one.
        var numbers = Numbers(texts, present, NumberForm.Plain) ?? (decimalCommas ? Numbers(texts, present, NumberForm.DecimalComma) : null) ?? Numbers(texts, present, NumberForm.Grouped);
        if (numbers is { } n) return Parsed(name, texts, n.Values, null, n.Bad, "a number");
        if (Dates(texts, present) is { } dates) return Parsed(name, texts, null, dates.Values, dates.Bad, "a date", dates.DayFirst);
        return (new TableColumn(name, TextKind(texts, present), texts, null, null), []);
    }

    private static (TableColumn, List<(int, string)>) Parsed(string name, string?[] texts, double[]? numbers, DateTime[]? dates, List<int> bad, string what, bool? dayFirst = null)
    {
        var kind = numbers is not null ? NumberKind(numbers) : dates!.Where(d => d != default).Distinct().Count() == 1 && dates!.All(d => d != default) ? ColumnKind.Constant : ColumnKind.Date;
        return (new TableColumn(name, kind, texts, numbers, dates, dayFirst), [.. bad.Select(row => (row, $"column \"{CsvTable.Shorten(name)}\": \"{CsvTable.Shorten(texts[row]!)}\" is not {what}"))]);
    }

    private static (double[] Values, List<int> Bad)? Numbers(string?[] texts, int present, NumberForm form)
    {
        var values = new double[texts.Length];
        var bad = new List<int>();
        var infinities = new List<int>();
        var units = new HashSet<char>();
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
            if (NumberText.TryParse(text, form, out double value, out char of))
            {
                values[row] = value;
                units.Add(of);
            }
            else if (!Tolerated(bad, row, present)) return null;
        }
        // Neither dollars beside euros nor hundredths beside whole ones are one measure; amounts with and without their currency are.
        if (infinities.Count == present || (units.Count > 1 && (units.Contains('%') || units.Count > (units.Contains('\0') ? 2 : 1)))) return null;
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
            if (NumberText.TryParse(text, NumberForm.Plain, out double value, out _) || NumberText.TryParse(text, NumberForm.Grouped, out value, out _)) values[row] = value;
            else bad.Add((row, $"column \"{CsvTable.Shorten(column.Name)}\": \"{CsvTable.Shorten(text)}\" is not a number"));
        }
        return new TableColumn(column.Name, ColumnKind.Numeric, texts, values, null);
    }

    /// <summary>A column read as dates, each in whichever form it has; what is none is missing and listed.</summary>
    /// <param name="column">The column.</param>
    /// <param name="dayFirst">How 3/4/2024 is read; null where such are no dates.</param>
    /// <param name="bad">Takes what is no date.</param>
    public static TableColumn AsDates(TableColumn column, bool? dayFirst, List<(int Row, string Reason)> bad)
    {
        var texts = Enumerable.Range(0, column.Count).Select(column.RawText).ToArray();
        var values = new DateTime[texts.Length];
        for (int row = 0; row < texts.Length; row++)
        {
            if (texts[row] is not { } text) continue;
            if (!DateText.TryParse(text, dayFirst, out values[row]))
                bad.Add((row, $"column \"{CsvTable.Shorten(column.Name)}\": \"{CsvTable.Shorten(text)}\" is not a date"));
        }
        return new TableColumn(column.Name, ColumnKind.Date, texts, null, values, dayFirst);
    }

    /// <summary>A date in any of the forms that columns may have, but for those that two countries read differently.</summary>
    public static bool TryDate(string text, out DateTime date) => DateText.TryParse(text, (bool?)null, out date);

    /// <summary>Whether a column holds dates such as 3/4/2024 of which none tells whether day or month comes first; then the first of them.</summary>
    public static string? Undecided(TableColumn column)
    {
        if (column.HasNumbers || column.HasDates || column.Missing == column.Count) return null;
        string? first = null;
        for (int row = 0; row < column.Count; row++)
        {
            if (column.Text(row) is not { } text) continue;
            if (!DateText.TrySlashed(text, true, out _) || !DateText.TrySlashed(text, false, out _)) return null;
            first ??= text;
        }
        return first;
    }

    private static bool IsInfinite(string text) => text.AsSpan().TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase)
        || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsInfinity(value));

    /// <summary>One format for the whole column, or none: formats mixed would be guesses.</summary>
    private static (DateTime[] Values, List<int> Bad, bool? DayFirst)? Dates(string?[] texts, int present)
    {
        foreach (string format in DateText.Formats)
            if (Read((string text, out DateTime date) => DateText.TryParse(text, format, out date)) is { } found) return (found.Values, found.Bad, null);
        // Day or month first, as the column as a whole tells: 14/3 is a day of March wherever it is read.
        var day = Read((string text, out DateTime date) => DateText.TrySlashed(text, true, out date));
        var month = Read((string text, out DateTime date) => DateText.TrySlashed(text, false, out date));
        int days = day?.Bad.Count ?? int.MaxValue, months = month?.Bad.Count ?? int.MaxValue;
        return days < months ? (day!.Value.Values, day.Value.Bad, true) : months < days ? (month!.Value.Values, month.Value.Bad, false) : null;

        (DateTime[] Values, List<int> Bad)? Read(TryParse parse)
        {
            var values = new DateTime[texts.Length];
            var bad = new List<int>();
            for (int row = 0; row < texts.Length; row++)
                if (texts[row] is { } text && !parse(text, out values[row]) && !Tolerated(bad, row, present)) return null;
            return (values, bad);
        }
    }

    private delegate bool TryParse(string text, out DateTime date);

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
