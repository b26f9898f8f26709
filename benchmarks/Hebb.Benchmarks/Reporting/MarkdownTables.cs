using System.Globalization;
using System.Text;

namespace Hebb.Benchmarks;

/// <summary>Keeps a page's tables: each suite on each instruction-set path, and its further cases, has a block of its own between two comments, and only that block is replaced.</summary>
internal static class MarkdownTables
{
    /// <summary>The page with the suite's block renewed, or added at its end if it has none.</summary>
    public static string Renew(string page, SuiteResult result, DateOnly date, string machine, string command)
    {
        string begin = $"<!-- bench {result.Suite} {(result.Extra ? "extra " : "")}{result.Isa} -->", end = "<!-- end -->";
        string block = $"{begin}\n{Block(result, date, machine, command)}{end}";
        int from = page.IndexOf(begin, StringComparison.Ordinal);
        if (from < 0) return $"{page.TrimEnd('\n')}\n\n{block}\n".TrimStart('\n');
        int to = page.IndexOf(end, from, StringComparison.Ordinal);
        if (to < 0) throw new DataException($"{begin} has no {end} after it");
        return page[..from] + block + page[(to + end.Length)..];
    }

    private static string Block(SuiteResult result, DateOnly date, string machine, string command)
    {
        var text = new StringBuilder();
        string versions = string.Join("; ", result.Versions.Select(v => $"{v.Key}: {v.Value}"));
        text.Append(CultureInfo.InvariantCulture, $"{date:yyyy-MM-dd}, {machine}, instruction set {result.Isa}{(versions.Length > 0 ? $"; {versions}" : "")}. `{command}`\n\n");
        int[] threads = [.. result.Rows.Select(r => r.Threads).Distinct().Order()];
        text.Append("| case | peer |");
        foreach (int count in threads) text.Append(CultureInfo.InvariantCulture, $" Hebb µs, {Threads(count)} | peer µs | ratio | 10-90 % |");
        text.Append("\n|---|---|").Insert(text.Length, "---:|---:|---:|---:|", threads.Length).Append('\n');
        foreach (var line in result.Rows.GroupBy(r => (r.Case, r.Peer)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {line.Key.Case} | {line.Key.Peer} |");
            foreach (int count in threads)
            {
                var row = line.FirstOrDefault(r => r.Threads == count);
                text.Append(row is null ? " | | | |" : $" {Micro(row.HebbMicroseconds)} | {(row.Peer is null ? "" : Micro(row.PeerMicroseconds))} | {Ratio(row, row.Ratio)} | {Ratio(row, row.Low)}-{Ratio(row, row.High)} |");
            }
            text.Append('\n');
        }
        var means = result.GeometricMeans().ToList();
        if (means.Count > 0)
        {
            text.Append("\nGeometric means over all rows: ")
                .AppendJoin(", ", means.Select(m => $"{(m.Peer == SuiteResult.Best ? "the best peer of each case" : m.Peer)} **{Number(m.Mean, "0.00")}**")).Append(".\n");
        }
        foreach (string note in result.Notes) text.Append("\n- ").Append(note).Append('\n');
        return text.ToString();
    }

    private static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";

    private static string Ratio(BenchRow row, double value) => row.Peer is null ? "" : Number(value, "0.00");

    /// <summary>To three figures or, of more, whole.</summary>
    public static string Micro(double value) => Number(value, value >= 100 ? "0" : value >= 10 ? "0.0" : value >= 1 ? "0.00" : "0.000");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
