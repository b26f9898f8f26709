using System.Text.Json;

namespace Hebb.Benchmarks;

/// <summary>One case beside one peer, or Hebb alone where there was none.</summary>
/// <param name="HebbMicroseconds">The median over the rounds; of windows the best.</param>
/// <param name="Ratio">The median over the rounds of the peer's time by Hebb's, of windows that of the best ones: above 1 Hebb is faster.</param>
/// <param name="Low">The tenth percentile of the rounds' ratios.</param>
/// <param name="High">The ninetieth percentile.</param>
internal sealed record BenchRow(string Case, int Threads, string? Peer, double HebbMicroseconds, double PeerMicroseconds, double Ratio, double Low, double High)
{
    public static BenchRow Alone(string name, int threads, double[] hebb, bool windows = false) =>
        new(name, threads, null, Typical(hebb, windows) / 1e3, 0, 0, 0, 0);

    /// <summary>From nanoseconds in every round.</summary>
    public static BenchRow Of(string name, int threads, string peer, double[] hebb, double[] other, bool windows = false)
    {
        double[] ratios = [.. hebb.Zip(other, (h, o) => o / h)];
        double ours = Typical(hebb, windows), theirs = Typical(other, windows);
        return new(name, threads, peer, ours / 1e3, theirs / 1e3, windows ? theirs / ours : Statistics.Median(ratios), Statistics.Quantile(ratios, 0.1), Statistics.Quantile(ratios, 0.9));
    }

    private static double Typical(double[] times, bool windows) => windows ? times.Min() : Statistics.Median(times);

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("case", Case);
        json.WriteNumber("threads", Threads);
        json.WriteString("peer", Peer);
        json.WriteNumber("hebb_us", Math.Round(HebbMicroseconds, 4));
        foreach (var (name, value) in (ReadOnlySpan<(string, double)>)[("peer_us", PeerMicroseconds), ("ratio", Ratio), ("low", Low), ("high", High)])
        {
            if (Peer is null) json.WriteNull(name);
            else json.WriteNumber(name, Math.Round(value, 4));
        }
        json.WriteEndObject();
    }
}
