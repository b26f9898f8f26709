using System.Globalization;

namespace Hebb.Data;

/// <summary>What a column is, as its values tell.</summary>
public enum ColumnKind
{
    /// <summary>Numbers that measure or count.</summary>
    Numeric,

    /// <summary>One of a limited number of names.</summary>
    Categorical,

    /// <summary>Days or instants.</summary>
    Date,

    /// <summary>Free text.</summary>
    Text,

    /// <summary>Names its row, such as a running number: it tells nothing about other rows.</summary>
    Id,

    /// <summary>The same everywhere.</summary>
    Constant,

    /// <summary>Nothing anywhere.</summary>
    Empty,
}

/// <summary>A named column of a table. A value may be missing.</summary>
public sealed class TableColumn
{
    private readonly string?[] _texts;
    private readonly double[]? _numbers; // NaN where missing
    private readonly DateTime[]? _dates; // default where missing

    internal TableColumn(string name, ColumnKind kind, string?[] texts, double[]? numbers, DateTime[]? dates, bool? dayFirst = null)
    {
        DayFirst = dayFirst;
        (Name, Kind, _texts, _numbers, _dates) = (name, kind, texts, numbers, dates);
        Missing = numbers is not null ? numbers.Count(double.IsNaN) : dates is not null ? dates.Count(d => d == default) : texts.Count(t => t is null);
    }

    public string Name { get; }

    public ColumnKind Kind { get; }

    public int Count => _texts.Length;

    /// <summary>How many values are missing.</summary>
    public int Missing { get; }

    /// <summary>Whether all its values are numbers, whatever they mean.</summary>
    public bool HasNumbers => _numbers is not null;

    /// <summary>Whether all its values are dates.</summary>
    public bool HasDates => _dates is not null;

    public bool IsMissing(int row) => _numbers is not null ? double.IsNaN(_numbers[row]) : _dates is not null ? _dates[row] == default : _texts[row] is null;

    /// <summary>The value as a number; NaN where it is missing.</summary>
    /// <exception cref="DataException">The column holds no numbers.</exception>
    public double Number(int row) => _numbers is not null ? _numbers[row] : throw new DataException($"column \"{CsvTable.Shorten(Name)}\": holds no numbers");

    /// <summary>The value as an instant, UTC where the file says so; null where it is missing.</summary>
    /// <exception cref="DataException">The column holds no dates.</exception>
    public DateTime? Date(int row) =>
        _dates is null ? throw new DataException($"column \"{CsvTable.Shorten(Name)}\": holds no dates") : _dates[row] == default ? null : _dates[row];

    /// <summary>The value as the file writes it; null where it is missing.</summary>
    public string? Text(int row) => IsMissing(row) ? null : _texts[row];

    /// <summary>The value as a name of a class: numbers that are equal have one name, however they are written.</summary>
    public string? Label(int row) => IsMissing(row) ? null : _numbers is not null ? _numbers[row].ToString("R", CultureInfo.InvariantCulture) : _texts[row];

    /// <summary>The different labels, the most frequent first, and how often each comes.</summary>
    public IReadOnlyList<(string Label, int Count)> Labels()
    {
        var counts = new Dictionary<string, int>();
        for (int row = 0; row < Count; row++)
            if (Label(row) is { } label) counts[label] = counts.GetValueOrDefault(label) + 1;
        return [.. counts.Select(p => (p.Key, p.Value)).OrderByDescending(p => p.Value).ThenBy(p => p.Key, StringComparer.Ordinal)];
    }

    /// <summary>Of dates such as 3/4/2024, which are read differently in different countries, whether these are days first; null for dates of other forms.</summary>
    internal bool? DayFirst { get; }

    /// <summary>The value as the file writes it, one that is not what its column holds too; null where there is none.</summary>
    internal string? RawText(int row) => _texts[row];

    internal TableColumn Named(string name) => new(name, Kind, _texts, _numbers, _dates, DayFirst);

    internal TableColumn Select(ReadOnlySpan<int> rows)
    {
        var texts = new string?[rows.Length];
        var numbers = _numbers is null ? null : new double[rows.Length];
        var dates = _dates is null ? null : new DateTime[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            texts[i] = _texts[rows[i]];
            if (numbers is not null) numbers[i] = _numbers![rows[i]];
            if (dates is not null) dates[i] = _dates![rows[i]];
        }
        return new TableColumn(Name, Kind, texts, numbers, dates, DayFirst);
    }
}
