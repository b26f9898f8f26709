using System.Globalization;

namespace Hebb.Data;

/// <summary>A rectangle of text fields with named columns that remembers each row's line, so that errors can name it.</summary>
public sealed class CsvTable
{
    private readonly List<string[]> _rows;
    private readonly List<long> _lines;

    internal CsvTable(string source, string[] columns, List<string[]> rows, List<long> lines) =>
        (Source, Columns, _rows, _lines) = (source, columns, rows, lines);

    /// <summary>The file that it came from.</summary>
    public string Source { get; }

    public IReadOnlyList<string> Columns { get; }

    /// <summary>Rows, without the header.</summary>
    public int Count => _rows.Count;

    public string this[int row, int column] => _rows[row][column];

    public IReadOnlyList<string> Row(int row) => _rows[row];

    /// <summary>Line in the file on which the row starts, from 1.</summary>
    public long Line(int row) => _lines[row];

    /// <summary>The position of a column.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    public int Column(string name)
    {
        for (int i = 0; i < Columns.Count; i++)
            if (Columns[i] == name) return i;
        throw new DataException($"{Source}: has no column \"{Shorten(name)}\" (it has {string.Join(", ", Columns.Take(20).Select(Shorten))}{(Columns.Count > 20 ? ", …" : "")})");
    }

    /// <summary>One field as a number, in invariant culture.</summary>
    /// <exception cref="FormatException">It is none; the message has line and column.</exception>
    public double Number(int row, int column)
    {
        string text = _rows[row][column];
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)) return value;
        throw new FormatException($"{At(row, column)}: \"{Shorten(text)}\" is not a number");
    }

    /// <summary>One field as an integer, in invariant culture.</summary>
    /// <exception cref="FormatException">It is none; the message has line and column.</exception>
    public long Integer(int row, int column)
    {
        string text = _rows[row][column];
        if (long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long value))
            return value;
        throw new FormatException($"{At(row, column)}: \"{Shorten(text)}\" is not an integer");
    }

    /// <summary>Where a field stands, for errors: file, line and column.</summary>
    public string At(int row, int column) => $"{Source} line {_lines[row]}, column \"{Shorten(Columns[column])}\"";

    // Control characters would break the promise of one line.
    internal static string Shorten(string text)
    {
        string shown = text.Length > 40 ? text[..40] + "…" : text;
        return string.Concat(shown.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
