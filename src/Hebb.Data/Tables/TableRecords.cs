using System.Collections;
using System.Data.Common;

namespace Hebb.Data;

/// <summary>
/// Marks a partial type that rows of tables are read into, by <see cref="Table.Read{T}(string, bool, char?)"/>. Its values are the parameters of its constructor, or, where that has none, the properties that
/// can be set: texts, numbers, bool, dates, enums; nullable where a value may be missing.
/// <code>[TableRecord] public sealed partial record Passenger(string Name, double? Age, [property: Column("Pclass")] int Class);</code>
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class TableRecordAttribute : Attribute;

/// <summary>The column that a value is read from, where its name is not that of the member.</summary>
/// <param name="name">The column's name.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class ColumnAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>What the generator writes for a type with <see cref="TableRecordAttribute"/>.</summary>
public interface ITableRecord<TSelf>
    where TSelf : ITableRecord<TSelf>
{
    /// <summary>The columns, in the order of the cells.</summary>
    static abstract IReadOnlyList<string> Columns { get; }

    /// <summary>A record of a row.</summary>
    static abstract TSelf Read(TableCells row);
}

/// <summary>Rows of a table as records. Those that can't be a record are left out and listed.</summary>
public sealed class TableRecords<T> : IReadOnlyList<T>
{
    private readonly List<T> _records;
    private readonly List<long> _lines;

    internal TableRecords(List<T> records, List<long> lines, IReadOnlyList<BadRow> badRows) => (_records, _lines, BadRows) = (records, lines, badRows);

    public int Count => _records.Count;

    public T this[int index] => _records[index];

    /// <summary>Rows that are not here, and why; and values that count as missing.</summary>
    public IReadOnlyList<BadRow> BadRows { get; }

    /// <summary>The line of the file on which a record's row starts, from 1.</summary>
    public long Line(int index) => _lines[index];

    public IEnumerator<T> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

public sealed partial class Table
{
    /// <summary>Reads a file into records.</summary>
    /// <typeparam name="T">A type with <see cref="TableRecordAttribute"/>. Columns are found by name, if need be by their letters and digits alone: <c>PassengerId</c> is <c>passenger_id</c>.</typeparam>
    /// <inheritdoc cref="Read(string, bool, char?)"/>
    /// <exception cref="DataException">The file is missing or cannot be read, lacks a column, or no row can be a record.</exception>
    public static TableRecords<T> Read<T>(string path, bool hasHeader = true, char? separator = null)
        where T : ITableRecord<T> => Read(path, hasHeader, separator).Records<T>();

    /// <summary>Reads the rows that a database gives, to the end, into records.</summary>
    /// <inheritdoc cref="Read(DbDataReader, string)"/>
    /// <exception cref="DataException">There are no rows, a column is missing, or no row can be a record.</exception>
    public static TableRecords<T> Read<T>(DbDataReader reader, string source = "query")
        where T : ITableRecord<T> => Read(reader, source).Records<T>();

    /// <summary>The rows as records.</summary>
    /// <exception cref="DataException">A column is missing, or no row can be a record.</exception>
    public TableRecords<T> Records<T>()
        where T : ITableRecord<T>
    {
        var columns = T.Columns.Select(Find).ToArray();
        var records = new List<T>(Count);
        var lines = new List<long>(Count);
        var bad = new List<BadRow>(BadRows);
        for (int row = 0; row < Count; row++)
        {
            try
            {
                records.Add(T.Read(new TableCells(columns, row)));
                lines.Add(_lines[row]);
            }
            catch (DataException e)
            {
                bad.Add(new BadRow(_lines[row], e.Message, Dropped: true));
            }
        }
        if (records.Count == 0) throw new DataException($"{Source}: no row is a {typeof(T).Name}: line {bad[^1].Line}: {bad[^1].Reason}");
        return new TableRecords<T>(records, lines, [.. bad.OrderBy(b => b.Line)]);

        TableColumn Find(string name)
        {
            if (_byName.TryGetValue(name, out var column)) return column;
            return Columns.Where(c => Plain(c.Name) == Plain(name)).ToArray() is [var one] ? one : this[name];
        }

        static string Plain(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
    }
}
