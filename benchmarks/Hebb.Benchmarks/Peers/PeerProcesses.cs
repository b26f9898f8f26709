namespace Hebb.Benchmarks;

/// <summary>A peer under one or several settings of its environment.</summary>
internal sealed class PeerProcesses(IReadOnlyList<PeerProcess> all) : IDisposable
{
    /// <summary>What a trial of a setting lasts at least, unless one call is longer.</summary>
    private const double TrialNanoseconds = 2e7;

    private const int Trials = 3;

    public string Name => all[0].Name;

    public string Version => all[0].Version;

    /// <summary>Makes it ready for a problem; null with the reason if it can't do that.</summary>
    public PeerProcess? Prepare(Problem problem, out string reason)
    {
        foreach (var process in all)
            if (!process.TryPrepare(problem, out reason)) return null;
        reason = "";
        return all.Count == 1 ? all[0] : all.MinBy(Best);
    }

    public void Dispose()
    {
        foreach (var process in all) process.Dispose();
    }

    /// <summary>Nanoseconds of a call, the median of a few trials.</summary>
    private static double Best(PeerProcess process)
    {
        process.Time(1);
        long calls = (long)Math.Clamp(TrialNanoseconds / process.Time(1), 1, 10_000);
        double[] trials = new double[Trials];
        for (int i = 0; i < Trials; i++) trials[i] = process.Time(calls) / calls;
        return Statistics.Median(trials);
    }
}
