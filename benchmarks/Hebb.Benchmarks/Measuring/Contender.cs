using System.Diagnostics;

namespace Hebb.Benchmarks;

/// <summary>One side of a comparison: something that can do its work a number of times and say how long that took.</summary>
internal interface IContender
{
    /// <summary>Nanoseconds that so many calls take, after some that are not counted.</summary>
    double Time(long calls);
}

/// <summary>A way of working inside this process.</summary>
internal sealed class LocalContender(Action call) : IContender
{
    public double Time(long calls)
    {
        for (long warm = Uncounted(calls); warm > 0; warm--) call();
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < calls; i++) call();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }

    /// <summary>How many calls go before those that count: they wake threads and fill caches. The same for every side.</summary>
    public static long Uncounted(long calls) => 1 + calls / 4;
}
