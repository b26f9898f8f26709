namespace Hebb.Data;

/// <summary>A row that could not be used as it is.</summary>
/// <param name="Line">The line of the file on which it starts, from 1; the number of the row where there is no file.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="Dropped">Whether the row is not in the table; otherwise it is, with the bad value missing.</param>
public sealed record BadRow(long Line, string Reason, bool Dropped);

/// <summary>
/// Columns of equal length, each with the kind that its values tell: numbers, categories, dates, text. Rows remember the line of the file
/// that they came from.
/// </summary>
public sealed partial class Table
{
    private readonly Dictionary<string, TableColumn> _byName = [];
    private readonly long[] _lines;

    private Table(string source, IReadOnlyList<TableColumn> columns, long[] lines, IReadOnlyList<BadRow> badRows)
    {
        (Source, Columns, _lines, BadRows) = (source, columns, lines, badRows);
        foreach (var column in columns)
            if (!_byName.TryAdd(column.Name, column)) throw new FormatException($"{source}: names the column \"{CsvTable.Shorten(column.Name)}\" twice");
    }

    /// <summary>The file or query that it came from.</summary>
    public string Source { get; }

    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Count => _lines.Length;

    /// <summary>Rows that were dropped, or have a value that is not what its column holds; in the order of their lines.</summary>
    public IReadOnlyList<BadRow> BadRows { get; }

    /// <summary>A column by name.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    public TableColumn this[string name] => _byName.GetValueOrDefault(name)
        ?? throw new DataException($"{Source}: has no column \"{CsvTable.Shorten(name)}\" (it has {string.Join(", ", Columns.Take(20).Select(c => CsvTable.Shorten(c.Name)))}{(Columns.Count > 20 ? ", …" : "")})");

    public bool Has(string name) => _byName.ContainsKey(name);

    /// <summary>Line in the file on which a row starts, from 1.</summary>
    public long Line(int row) => _lines[row];

    /// <summary>Where a row stands, for errors.</summary>
    public string At(int row) => $"{Source} line {_lines[row]}";

    /// <summary>Some rows, in the order given. Kinds of columns stay.</summary>
    public Table Select(ReadOnlySpan<int> rows)
    {
        var lines = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++) lines[i] = _lines[rows[i]];
        var columns = new List<TableColumn>(Columns.Count);
        foreach (var column in Columns) columns.Add(column.Select(rows));
        return new Table(Source, columns, lines, []);
    }

    /// <summary>The table without some columns.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    public Table Without(params ReadOnlySpan<string> names)
    {
        var left = Columns.ToList();
        foreach (string name in names) left.Remove(this[name]);
        return new Table(Source, left, _lines, BadRows);
    }

    /// <summary>The table with other names for its columns, such as those that a file without a header lacks.</summary>
    /// <exception cref="DataException">There are not as many names as columns, or one comes twice.</exception>
    public Table WithNames(params ReadOnlySpan<string> names)
    {
        if (names.Length != Columns.Count) throw new DataException($"{Source}: has {Columns.Count} columns, but {names.Length} names were given");
        var renamed = new List<TableColumn>(names.Length);
        for (int i = 0; i < names.Length; i++)
        {
            string name = names[i];
            if (renamed.Any(c => c.Name == name)) throw new DataException($"{Source}: the name \"{CsvTable.Shorten(name)}\" was given twice");
            renamed.Add(Columns[i].Named(name));
        }
        return new Table(Source, renamed, _lines, [.. BadRows]);
    }

    /// <summary>The table with other names for some classes of a column.</summary>
    /// <exception cref="DataException">There is no such column.</exception>
    public Table WithLabels(string column, IReadOnlyDictionary<string, string> names)
    {
        var from = this[column];
        var texts = new string?[Count];
        for (int row = 0; row < texts.Length; row++) texts[row] = from.Label(row) is { } label ? names.GetValueOrDefault(label, label) : null;
        var (renamed, _) = ColumnInference.Infer(column, texts);
        return new Table(Source, [.. Columns.Select(c => c.Name == column ? renamed : c)], _lines, BadRows);
    }

    /// <summary>Infers the columns of texts.</summary>
    internal static Table FromTexts(string source, IReadOnlyList<string> names, IReadOnlyList<string?[]> rows, IReadOnlyList<long> lines, List<BadRow> bad, bool decimalCommas = false)
    {
        if (names.Count == 0) throw new DataException($"{source}: has no columns");
        if (rows.Count == 0) throw new DataException($"{source}: has no {(bad.Count > 0 ? $"good rows: line {bad[0].Line}: {bad[0].Reason}" : "rows")}");
        var columns = new List<TableColumn>(names.Count);
        for (int c = 0; c < names.Count; c++)
        {
            var texts = new string?[rows.Count];
            for (int row = 0; row < texts.Length; row++) texts[row] = rows[row][c];
            var (column, badCells) = ColumnInference.Infer(names[c], texts, decimalCommas);
            columns.Add(column);
            foreach (var (row, reason) in badCells) bad.Add(new BadRow(lines[row], reason, Dropped: false));
        }
        return new Table(source, columns, [.. lines], [.. bad.OrderBy(b => b.Line)]);
    }
}
