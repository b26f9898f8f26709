using System.Globalization;
using System.Security.Cryptography;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Reads the table that a user named.</summary>
internal static class TableSource
{
    private static readonly (string Ending, string What)[] s_other =
    [
        (".xlsx", "a workbook"), (".xls", "a workbook"), (".ods", "a workbook"), (".parquet", "a Parquet file"), (".json", "JSON of any form"), (".zip", "an archive"), (".tar.gz", "an archive"), (".tgz", "an archive"), (".tar", "an archive"),
    ];

    /// <param name="path">The file.</param>
    /// <param name="columns">Names for the columns of a file without a header; empty where it has one.</param>
    /// <param name="needed">Columns that must be there.</param>
    /// <exception cref="HebbException">It can't be read, or lacks a column; where the first line is no header the message says so.</exception>
    public static Table Read(string path, IReadOnlyList<string> columns, params IEnumerable<string?> needed)
    {
        if (s_other.FirstOrDefault(o => path.EndsWith(o.Ending, StringComparison.OrdinalIgnoreCase)) is { What: { } what })
            throw new DataException($"{Path.GetFileName(path)}: is {what}, which is not read here; CSV, TSV and JSON lines are (.gz too)");
        if (IsBinary(path)) throw new DataException($"{Path.GetFileName(path)}: is no text; CSV, TSV and JSON lines are read (.gz too)");
        try
        {
            var table = columns.Count > 0 ? Table.Read(path, hasHeader: false).WithNames([.. columns]) : Table.Read(path);
            foreach (string? name in needed)
            {
                if (name is not null && !table.Has(name) && table.Columns.Count == 1)
                    throw new DataException($"{path}: has no column \"{name}\", but a single one ({(table.Columns[0].Name is { Length: > 40 } wide ? wide[..40] + "…" : table.Columns[0].Name)}); fields are to be separated by commas, semicolons, tabs or bars");
                if (name is not null) _ = table[name];
            }
            return table;
        }
        catch (HebbException e) when (e.Message.EndsWith("is not UTF-8 text", StringComparison.Ordinal))
        {
            throw new DataException($"{e.Message}: save it as UTF-8", e);
        }
        catch (HebbException e) when (columns.Count == 0 && FirstLineIsARow(path))
        {
            throw new DataException($"{e.Message}; the first line of {Path.GetFileName(path)} looks like a row, not like names: give those with --columns name,name,…", e);
        }
    }

    /// <summary>The file as the manifest of a run records it.</summary>
    public static DataRecord Record(string path)
    {
        using var stream = File.OpenRead(path);
        return new DataRecord(Path.GetFileName(path), Convert.ToHexStringLower(SHA256.HashData(stream)), "", path);
    }

    /// <summary>Whether a file begins with bytes that are in no text: zeros, but for UTF-16, which begins with its mark. What is compressed is told when it is unpacked.</summary>
    private static bool IsBinary(string path)
    {
        Span<byte> start = stackalloc byte[4096];
        try
        {
            using var stream = File.OpenRead(path);
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // who reads the table says what is wrong
        }
        return !start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) && !start.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) && !start.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]) && start.Contains((byte)0);
    }

    // Names of columns are no numbers.
    private static bool FirstLineIsARow(string path)
    {
        try
        {
            // Two rows would be needed to tell numbers from names by their column; the first alone tells too.
            return Table.Read(path, hasHeader: false) is { Count: > 0 } table
                && table.Columns.Any(c => double.TryParse(c.Text(0), NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        }
        catch (HebbException)
        {
            return false;
        }
    }
}
