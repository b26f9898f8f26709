using System.Text.Json;

namespace Hebb.Benchmarks;

/// <summary>What a suite's run found.</summary>
/// <param name="Isa">The instruction-set path of Hebb's kernels.</param>
/// <param name="Versions">Of the peers that took part.</param>
/// <param name="Notes">Facts beyond the rows.</param>
internal sealed record SuiteResult(
    string Suite, string Isa, IReadOnlyList<BenchRow> Rows, IReadOnlyDictionary<string, string> Versions, IReadOnlyList<string> Notes, bool Complete)
{
    /// <summary>These are the suite's further cases, which stand in a table of their own.</summary>
    public bool Extra { get; init; }

    /// <summary>The entry of <see cref="GeometricMeans"/> that holds each case against the fastest of several peers.</summary>
    public const string Best = "best";

    /// <summary>Of the ratios of each peer's rows; where several peers did the same case, also of the lowest ratio of each.</summary>
    public IEnumerable<(string Peer, double Mean)> GeometricMeans()
    {
        var rows = Rows.Where(r => r.Peer is not null).ToList();
        foreach (var peer in rows.GroupBy(r => r.Peer!)) yield return (peer.Key, Statistics.GeometricMean(peer.Select(r => r.Ratio)));
        // A yardstick such as a copy is no peer to be the best of.
        var cases = rows.Where(r => !Benchmarks.Suite.LocalPeers.Contains(r.Peer!)).GroupBy(r => (r.Case, r.Threads)).ToList();
        if (cases.Any(c => c.Count() > 1)) yield return (Best, Statistics.GeometricMean(cases.Select(c => c.Min(r => r.Ratio))));
    }

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteString("suite", Suite);
        json.WriteString("isa", Isa);
        json.WriteStartArray("rows");
        foreach (var row in Rows) row.WriteTo(json);
        json.WriteEndArray();
        json.WriteStartObject("geomean");
        foreach (var (peer, mean) in GeometricMeans()) json.WriteNumber(peer, Math.Round(mean, 4));
        json.WriteEndObject();
    }
}
