using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hebb.Data;

public sealed partial class Table
{
    /// <summary>
    /// Reads a CSV file (<c>.tsv</c>: separated by tabs), or JSON lines (<c>.jsonl</c>, <c>.ndjson</c>), plain or gzip-compressed, UTF-8. Rows
    /// that do not fit are left out and listed in <see cref="BadRows"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="hasHeader">Whether the first line of a CSV file names the columns; otherwise they are named "0", "1", …</param>
    /// <param name="separator">What separates the fields; by default a tab for .tsv, otherwise the comma, semicolon, tab or bar of which the first line has most.</param>
    /// <exception cref="DataException">The file is missing or cannot be read, or has no good row.</exception>
    /// <exception cref="FormatException">It is no table: broken quoting, text that is not UTF-8; the message has the line.</exception>
    public static Table Read(string path, bool hasHeader = true, char? separator = null)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        if (name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase))
        {
            var (stream, _) = DataFile.OpenUnpacked(path);
            using (stream) return ReadJsonLines(stream, path);
        }
        if (name.EndsWith(".tsv", StringComparison.OrdinalIgnoreCase)) separator ??= '\t';
        var bad = new List<BadRow>();
        char between = separator ?? GuessSeparator(path);
        return FromCsv(Csv.Read(path, hasHeader, between, bad), bad, between);
    }

    /// <summary>Reads the text of a CSV file.</summary>
    /// <inheritdoc cref="Read(string, bool, char?)"/>
    public static Table ParseCsv(string text, string source = "CSV", bool hasHeader = true, char separator = ',')
    {
        var bad = new List<BadRow>();
        return FromCsv(Csv.Decode(Encoding.UTF8.GetBytes(text), source, hasHeader, separator, bad), bad, separator);
    }

    /// <summary>Reads JSON lines: an object a line, whose values are numbers, texts, true, false or null.</summary>
    /// <inheritdoc cref="Read(string, bool, char?)"/>
    public static Table ParseJsonLines(string text, string source = "JSON lines") => ReadJsonLines(new MemoryStream(Encoding.UTF8.GetBytes(text)), source);

    /// <summary>Reads the rows that a database gives, to the end.</summary>
    /// <param name="reader">Stands before its first row; it is left open.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="DataException">There are no rows.</exception>
    public static Table Read(DbDataReader reader, string source = "query")
    {
        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var rows = new List<string?[]>();
        while (reader.Read())
        {
            var row = new string?[names.Length];
            for (int i = 0; i < row.Length; i++) row[i] = reader.IsDBNull(i) ? null : Text(reader.GetValue(i));
            rows.Add(row);
        }
        return FromTexts(source, names, rows, [.. Enumerable.Range(1, rows.Count).Select(i => (long)i)], []);
    }

    /// <summary>A table of texts in memory; what its columns hold is told by them as by those of a file.</summary>
    /// <param name="source">What errors call it.</param>
    /// <param name="columns">Their names.</param>
    /// <param name="rows">A text for each column, or null where it is missing.</param>
    /// <exception cref="DataException">There are no rows, or one has another number of values.</exception>
    public static Table FromRows(string source, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string?>> rows)
    {
        var all = rows.Select(row => row.ToArray()).ToList();
        int wrong = all.FindIndex(row => row.Length != columns.Count);
        if (wrong >= 0) throw new DataException($"{source}: row {wrong + 1} has {all[wrong].Length} values for {columns.Count} columns");
        return FromTexts(source, columns, all, [.. Enumerable.Range(1, all.Count).Select(i => (long)i)], []);
    }

    private static string? Text(object value) => value switch
    {
        string text => text,
        DateTime { TimeOfDay.Ticks: 0 } date => date.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture),
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    // Where commas do not separate fields, they may separate the decimals.
    internal static Table FromCsv(CsvTable csv, List<BadRow> bad, char separator = ',') =>
        FromTexts(csv.Source, [.. csv.Columns.Select(c => c.Trim())], [.. Enumerable.Range(0, csv.Count).Select(row => csv.Row(row).ToArray<string?>())], [.. Enumerable.Range(0, csv.Count).Select(csv.Line)], bad, separator != ',');

    private static char GuessSeparator(string path)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream)
        {
            using var reader = new StreamReader(stream);
            try
            {
                return SeparatorOf(reader.ReadLine() ?? "");
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new FormatException($"{path}: is damaged: {DataFile.FirstLine(e.Message)}", e);
            }
        }
    }

    /// <summary>The separator of which a line has most outside quotes. Of equally many a comma is the last choice: it may stand in numbers.</summary>
    private static char SeparatorOf(string line)
    {
        const string separators = "\t;|,";
        var counts = new int[separators.Length];
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"') quoted = !quoted;
            else if (!quoted && separators.IndexOf(c) is >= 0 and var which) counts[which]++;
        }
        return counts.Max() is > 0 and var most ? separators[Array.IndexOf(counts, most)] : ',';
    }

    private static Table ReadJsonLines(Stream stream, string source)
    {
        var names = new List<string>();
        var index = new Dictionary<string, int>();
        var rows = new List<Dictionary<int, string?>>();
        var lines = new List<long>();
        var bad = new List<BadRow>();
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
        long line = 0;
        try
        {
            while (reader.ReadLine() is { } text)
            {
                line++;
                if (text.AsSpan().Trim().IsEmpty) continue;
                var row = new Dictionary<int, string?>();
                if (Problem(text, row) is { } reason)
                {
                    bad.Add(new BadRow(line, reason, Dropped: true));
                    continue;
                }
                rows.Add(row);
                lines.Add(line);
            }
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"{source} line {line + 1}: is not UTF-8 text");
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
        if (names.Count == 0) throw new DataException($"{source}: has no {(bad.Count > 0 ? $"good rows: line {bad[0].Line}: {bad[0].Reason}" : "rows")}");
        return FromTexts(source, names, [.. rows.Select(row => Enumerable.Range(0, names.Count).Select(i => row.GetValueOrDefault(i)).ToArray())], lines, bad);

        string? Problem(string text, Dictionary<int, string?> row)
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                if (document.RootElement.ValueKind != JsonValueKind.Object) return "is no JSON object";
                foreach (var property in document.RootElement.EnumerateObject())
                {
                    var value = property.Value;
                    if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return $"\"{CsvTable.Shorten(property.Name)}\" is not a single value";
                    if (!index.TryGetValue(property.Name, out int column))
                    {
                        index[property.Name] = column = names.Count;
                        names.Add(property.Name);
                    }
                    row[column] = value.ValueKind switch { JsonValueKind.Null => null, JsonValueKind.String => value.GetString(), _ => value.GetRawText() };
                }
                return null;
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                return $"is no JSON: {DataFile.FirstLine(e.Message)}";
            }
        }
    }
}
