using System.Globalization;

namespace Hebb.Data;

/// <summary>The cells of one row that a record is made of, in the order of its columns.</summary>
public readonly struct TableCells
{
    private readonly TableColumn[] _columns;
    private readonly int _row;

    internal TableCells(TableColumn[] columns, int row) => (_columns, _row) = (columns, row);

    /// <exception cref="DataException">It is missing.</exception>
    public string Text(int column) => TextOrNull(column) ?? throw Missing(column);

    public string? TextOrNull(int column) => _columns[column].RawText(_row);

    /// <exception cref="DataException">It is missing, or no number.</exception>
    public double Number(int column) => NumberOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">It is no number.</exception>
    public double? NumberOrNull(int column)
    {
        if (TextOrNull(column) is not { } text) return null;
        // A column of numbers knows how its file writes them.
        if (_columns[column].HasNumbers && !_columns[column].IsMissing(_row)) return _columns[column].Number(_row);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : throw Wrong(column, text, "a number");
    }

    /// <exception cref="DataException">It is missing, or no whole number in the range.</exception>
    public long Integer(int column, long least, long most) => IntegerOrNull(column, least, most) ?? throw Missing(column);

    /// <exception cref="DataException">It is no whole number in the range.</exception>
    public long? IntegerOrNull(int column, long least, long most)
    {
        if (TextOrNull(column) is not { } text) return null;
        bool whole = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value);
        // 3.0 is a whole number too, as far as doubles hold those exactly.
        if (!whole && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsInteger(number) && Math.Abs(number) <= 1L << 53) (whole, value) = (true, (long)number);
        if (!whole) throw Wrong(column, text, "a whole number");
        return value >= least && value <= most ? value : throw Wrong(column, text, $"within {least} to {most}");
    }

    /// <exception cref="DataException">It is missing, or no number that a decimal holds.</exception>
    public decimal Decimal(int column) => DecimalOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">It is no number that a decimal holds.</exception>
    public decimal? DecimalOrNull(int column)
    {
        if (TextOrNull(column) is not { } text) return null;
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)) return value;
        return _columns[column].HasNumbers && decimal.TryParse(text.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out value) ? value : throw Wrong(column, text, "a decimal number");
    }

    /// <exception cref="DataException">It is missing, or neither true nor false.</exception>
    public bool Flag(int column) => FlagOrNull(column) ?? throw Missing(column);

    /// <summary>True, yes, t, y, 1; false, no, f, n, 0.</summary>
    /// <exception cref="DataException">It is none of these.</exception>
    public bool? FlagOrNull(int column) => TextOrNull(column) switch
    {
        null => null,
        var text => text.ToLowerInvariant() switch
        {
            "true" or "yes" or "t" or "y" or "1" => true,
            "false" or "no" or "f" or "n" or "0" => false,
            _ => throw Wrong(column, text, "true or false"),
        },
    };

    /// <exception cref="DataException">It is missing, or no date.</exception>
    public DateTime Date(int column) => DateOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">It is no date.</exception>
    public DateTime? DateOrNull(int column)
    {
        if (TextOrNull(column) is not { } text) return null;
        if (_columns[column].HasDates && !_columns[column].IsMissing(_row)) return _columns[column].Date(_row);
        return ColumnInference.TryDate(text, out var date) ? date : throw Wrong(column, text, "a date");
    }

    /// <exception cref="DataException">It is missing, or no member of the enum.</exception>
    public T Member<T>(int column)
        where T : struct, Enum => MemberOrNull<T>(column) ?? throw Missing(column);

    /// <exception cref="DataException">It is no member of the enum.</exception>
    public T? MemberOrNull<T>(int column)
        where T : struct, Enum
    {
        if (TextOrNull(column) is not { } text) return null;
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : throw Wrong(column, text, $"one of {string.Join(", ", Enum.GetNames<T>())}");
    }

    private DataException Missing(int column) => new($"column \"{CsvTable.Shorten(_columns[column].Name)}\": is missing");

    private DataException Wrong(int column, string text, string what) => new($"column \"{CsvTable.Shorten(_columns[column].Name)}\": \"{CsvTable.Shorten(text)}\" is not {what}");
}
