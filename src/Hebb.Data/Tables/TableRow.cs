namespace Hebb.Data;

/// <summary>One row of a table, to make a record of. What is missing or of another kind is an error that names line and column.</summary>
public readonly struct TableRow
{
    private readonly Table _table;

    internal TableRow(Table table, int index) => (_table, Index) = (table, index);

    /// <summary>The row's place in the table, from 0.</summary>
    public int Index { get; }

    /// <summary>The line of the file, from 1.</summary>
    public long Line => _table.Line(Index);

    /// <exception cref="DataException">There is no such column, it holds no numbers, or the value is missing.</exception>
    public double Number(string column) => NumberOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">There is no such column, or it holds no numbers.</exception>
    public double? NumberOrNull(string column) => _table[column].Number(Index) is var value && double.IsNaN(value) ? null : value;

    /// <exception cref="DataException">There is no such column, it holds no numbers, or the value is missing or not whole.</exception>
    public long Integer(string column)
    {
        double value = Number(column);
        if (!double.IsInteger(value) || Math.Abs(value) > 1L << 53) throw new DataException($"{_table.At(Index)}, column \"{CsvTable.Shorten(column)}\": {value} is not an integer");
        return (long)value;
    }

    /// <exception cref="DataException">There is no such column, or the value is missing.</exception>
    public string Text(string column) => TextOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">There is no such column.</exception>
    public string? TextOrNull(string column) => _table[column].Text(Index);

    /// <exception cref="DataException">There is no such column, it holds no dates, or the value is missing.</exception>
    public DateTime Date(string column) => DateOrNull(column) ?? throw Missing(column);

    /// <exception cref="DataException">There is no such column, or it holds no dates.</exception>
    public DateTime? DateOrNull(string column) => _table[column].Date(Index);

    private DataException Missing(string column) => new($"{_table.At(Index)}: \"{CsvTable.Shorten(column)}\" is missing");
}

public sealed partial class Table
{
    /// <summary>Every row as a record: <c>table.Rows(r => new Passenger(r.Text("name"), r.NumberOrNull("age")))</c>.</summary>
    public IEnumerable<T> Rows<T>(Func<TableRow, T> make)
    {
        for (int row = 0; row < Count; row++) yield return make(new TableRow(this, row));
    }
}
