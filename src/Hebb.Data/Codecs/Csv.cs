using System.Globalization;
using System.Text.Unicode;
using CsvHelper;

namespace Hebb.Data;

/// <summary>Reader of comma-separated text (RFC 4180 quoting), UTF-8, plain or gzip-compressed (told apart by their first bytes).</summary>
public static class Csv
{
    /// <summary>Longest record that is read, in bytes.</summary>
    public const int MaxRecordBytes = 1 << 24;

    /// <param name="path">The file.</param>
    /// <param name="hasHeader">Whether the first line names the columns; otherwise they are named "0", "1", …</param>
    /// <param name="separator">What separates the fields.</param>
    /// <exception cref="DataException">The file is missing, cannot be read, or has no rows.</exception>
    /// <exception cref="FormatException">Broken quoting, text that is not UTF-8, a row with another number of fields; the message has the line.</exception>
    public static CsvTable Read(string path, bool hasHeader = true, char separator = ',') => Read(path, hasHeader, separator, null);

    /// <summary>Reads with rows of another number of fields listed rather than refused.</summary>
    internal static CsvTable Read(string path, bool hasHeader, char separator, List<BadRow>? bad)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream) return Read(stream, path, hasHeader, separator, bad);
    }

    /// <param name="bytes">A whole file, plain or gzip-compressed.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="hasHeader">Whether the first line names the columns.</param>
    /// <param name="separator">What separates the fields.</param>
    /// <inheritdoc cref="Read(string, bool, char)"/>
    public static CsvTable Decode(byte[] bytes, string source = "CSV", bool hasHeader = true, char separator = ',') => Decode(bytes, source, hasHeader, separator, null);

    internal static CsvTable Decode(byte[] bytes, string source, bool hasHeader, char separator, List<BadRow>? bad)
    {
        var (stream, _) = DataFile.Unpack(new MemoryStream(bytes, writable: false));
        using (stream) return Read(stream, source, hasHeader, separator, bad);
    }

    private static CsvTable Read(Stream stream, string source, bool hasHeader, char separator, List<BadRow>? bad)
    {
        var options = new CsvReaderOptions
        {
            Separator = separator,
            HasHeader = false, // read as a record, so that it meets the same checks
            TrackLineNumbers = true,
            MaxRecordSize = MaxRecordBytes,
            MalformedData = CsvMalformedDataHandling.Throw,
        };
        using var reader = CsvReader.Create(stream, options);
        string[]? columns = null;
        var rows = new List<string[]>();
        var lines = new List<long>();
        try
        {
            while (reader.Read())
            {
                bool isText = Utf8.IsValid(reader.RawRecord);
                if (!isText && bad is not null && columns is not null)
                {
                    bad.Add(new BadRow(reader.LineNumber, "is not UTF-8 text", Dropped: true));
                    continue;
                }
                if (!isText) throw new FormatException($"{source} line {reader.LineNumber}: is not UTF-8 text");
                string[] record = reader.Current.ToArray();
                if (columns is null)
                {
                    columns = hasHeader ? Named(record, source) : Numbered(record.Length);
                    if (hasHeader) continue;
                }
                if (record.Length != columns.Length && bad is not null)
                {
                    bad.Add(new BadRow(reader.LineNumber, $"has {record.Length} fields, the first line has {columns.Length}", Dropped: true));
                    continue;
                }
                if (record.Length != columns.Length)
                    throw new FormatException($"{source} line {reader.LineNumber}: has {record.Length} fields, the first line has {columns.Length}");
                rows.Add(record);
                lines.Add(reader.LineNumber);
            }
        }
        catch (CsvFormatException e)
        {
            string place = e.LineNumber > 0 ? $" line {e.LineNumber}" : "";
            throw new FormatException($"{source}{place}: {DataFile.FirstLine(e.Message)}", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
        if (rows.Count == 0) throw new DataException($"{source}: has no {(bad?.Count > 0 ? $"good rows: line {bad[0].Line}: {bad[0].Reason}" : "rows")}");
        return new CsvTable(source, columns!, rows, lines);
    }

    private static string[] Named(string[] columns, string source)
    {
        var seen = new HashSet<string>();
        foreach (string column in columns)
            if (!seen.Add(column)) throw new FormatException($"{source} line 1: names the column \"{CsvTable.Shorten(column)}\" twice");
        return columns;
    }

    private static string[] Numbered(int count) =>
        [.. Enumerable.Range(0, count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
}
