using System.Diagnostics;
using System.Globalization;
using Hebb.Cpu;

namespace Hebb.Benchmarks;

/// <summary>Runs cases beside the peers that are there, first holding their results against Hebb's.</summary>
internal sealed class Bench(IReadOnlyList<Peer> peers, IReadOnlySet<string>? names, IReadOnlyList<int> threads, Action<string> warn, CancellationToken cancellation) : IDisposable
{
    private readonly Dictionary<(string Peer, int Threads), PeerProcesses> _running = [];
    private readonly HashSet<string> _refused = [];

    /// <param name="suite">What the cases belong to.</param>
    /// <param name="cases">Those of its cases that are wanted.</param>
    /// <param name="report">Hears of each row once it is there.</param>
    public SuiteResult Run(Suite suite, IReadOnlyList<BenchCase> cases, Action<BenchRow> report)
    {
        var rows = new List<BenchRow>();
        bool complete = true;
        foreach (var @case in cases)
        {
            cancellation.ThrowIfCancellationRequested();
            var side = @case.Prepare(@case.Problem);
            // What comes out is the same with any number of threads.
            float[][]? outputs = null;
            foreach (int count in threads)
            {
                using var limit = ParallelFor.Limit(count);
                var hebb = new LocalContender(side.Call);
                var contenders = new List<(string Peer, double Scale, IContender Contender)>();
                foreach (var (name, rival) in side.Rivals)
                    if (IsWanted(name)) contenders.AddRange(rival.Ways.Select(w => (name, rival.Scale, (IContender)new LocalContender(w))));
                foreach (var peer in peers)
                {
                    if (!@case.Peers.Contains(peer.Name) || !IsWanted(peer.Name)) continue;
                    if (Running(peer, count) is not { } processes) continue;
                    if (processes.Prepare(@case.Problem, out string reason) is not { } process)
                    {
                        warn($"{suite.Name} {@case.Name}: {peer.Name}: {reason}");
                        continue;
                    }
                    outputs ??= [.. side.Outputs().Select(t => t.ToArray<float>())];
                    if (Difference(outputs, process.Output(), @case.Tolerance) is { } difference)
                    {
                        warn($"{suite.Name} {@case.Name}: {peer.Name} and Hebb differ: {difference}");
                        complete = false;
                        continue;
                    }
                    contenders.Add((peer.Name, 1, process));
                }
                WarmUp(side.Call, isFirst: count == threads[0]);
                double[][] times = Paired.Measure([hebb, .. contenders.Select(c => c.Contender)], @case.Seconds, @case.Windows, cancellation);
                times[0] = Array.ConvertAll(times[0], t => t / side.Repeats);
                foreach (var row in Rows(@case, count, times, contenders))
                {
                    rows.Add(row);
                    report(row);
                }
            }
            GC.Collect();
            Memory.Allocator.Trim();
        }
        return new SuiteResult(suite.Name, Machine.Isa, rows, _running.Values.Where(p => rows.Any(r => r.Peer == p.Name)).DistinctBy(p => p.Name).ToDictionary(p => p.Name, p => p.Version), [], complete);
    }

    public void Dispose()
    {
        foreach (var processes in _running.Values) processes.Dispose();
    }

    private bool IsWanted(string peer) => names is null || names.Contains(peer);

    /// <summary>The peer's processes; null if one does not start, which is said once.</summary>
    private PeerProcesses? Running(Peer peer, int count)
    {
        if (_running.TryGetValue((peer.Name, count), out var processes)) return processes;
        if (_refused.Contains(peer.Name)) return null;
        try
        {
            return _running[(peer.Name, count)] = peer.Start(count);
        }
        catch (HebbException e)
        {
            _refused.Add(peer.Name);
            warn(e.Message);
            return null;
        }
    }

    private static IEnumerable<BenchRow> Rows(BenchCase @case, int threads, double[][] times, List<(string Peer, double Scale, IContender Contender)> contenders)
    {
        if (contenders.Count == 0) yield return BenchRow.Alone(@case.Name, threads, times[0], @case.Windows);
        foreach (var peer in contenders.Select((c, i) => (c.Peer, Times: Array.ConvertAll(times[i + 1], t => t * c.Scale))).GroupBy(c => c.Peer))
            yield return BenchRow.Of(@case.Name, threads, peer.Key, times[0], peer.MinBy(c => Statistics.Median(c.Times)).Times, @case.Windows);
    }

    /// <summary>Until the JIT has compiled what runs often with all its skill: it does so in the background, after a tenth of a second.</summary>
    private static void WarmUp(Action call, bool isFirst)
    {
        int enoughCalls = isFirst ? 100 : 2;
        double least = isFirst ? 0.4 : 0.1;
        long start = Stopwatch.GetTimestamp();
        for (int calls = 0; ; calls++)
        {
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (calls >= 2 && (seconds > 1 || (seconds > least && calls >= enoughCalls))) return;
            call();
        }
    }

    /// <summary>Where two results differ by more than the tolerance, in words; null if they don't.</summary>
    internal static string? Difference(float[][] hebb, float[] other, double tolerance)
    {
        long expected = hebb.Sum(o => o.LongLength);
        if (other.LongLength != expected) return $"{other.LongLength} numbers, not {expected}";
        int start = 0;
        for (int output = 0; output < hebb.Length; output++)
        {
            float[] ours = hebb[output];
            double largest = 1e-30, apart = 0;
            for (int i = 0; i < ours.Length; i++)
            {
                double theirs = other[start + i], distance = Math.Abs(ours[i] - theirs);
                if (!(distance <= apart)) apart = double.IsNaN(distance) ? double.PositiveInfinity : distance;
                if (Math.Abs(theirs) > largest) largest = Math.Abs(theirs);
            }
            if (!(apart <= tolerance * largest))
                return string.Create(CultureInfo.InvariantCulture, $"output {output} by {apart:G3} where the largest element is {largest:G3}");
            start += ours.Length;
        }
        return null;
    }
}
