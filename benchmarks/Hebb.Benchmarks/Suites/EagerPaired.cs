using System.Diagnostics;

namespace Hebb.Benchmarks;

/// <summary>Times several ways of doing one thing in turns, so that drift of the machine meets all of them alike.</summary>
internal static class EagerPaired
{
    /// <summary>Nanoseconds a call of each way; the median over rounds in which every way runs for about two milliseconds.</summary>
    public static double[] Nanoseconds(int rounds, params Action<int>[] ways)
    {
        var calls = new int[ways.Length];
        for (int w = 0; w < ways.Length; w++)
        {
            // Long enough for every tier of the JIT.
            var watch = Stopwatch.StartNew();
            int done = 0;
            for (; watch.ElapsedMilliseconds < 1500; done += 100)
                ways[w](100);
            calls[w] = Math.Max(1, done / 750);
        }
        var times = Array.ConvertAll(ways, _ => new double[rounds]);
        for (int round = 0; round < rounds; round++)
        {
            for (int w = 0; w < ways.Length; w++)
            {
                long start = Stopwatch.GetTimestamp();
                ways[w](calls[w]);
                times[w][round] = Stopwatch.GetElapsedTime(start).TotalNanoseconds / calls[w];
            }
        }
        return Array.ConvertAll(times, Median);
    }

    public static double Median(double[] values)
    {
        var sorted = (double[])values.Clone();
        Array.Sort(sorted);
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
