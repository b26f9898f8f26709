namespace Hebb.Benchmarks;

/// <summary>Times contenders in turns (A B C A B C), so that drift of the machine meets all of them alike.</summary>
internal static class Paired
{
    /// <summary>What a batch should last at least: the clock and the hand-over between processes are nothing beside it.</summary>
    private const double BatchNanoseconds = 5e6;

    private const int FewestRounds = 5, MostRounds = 41;

    private const double WindowNanoseconds = 5e9;

    private const int WindowCount = 3;

    /// <summary>For each contender, nanoseconds a call in every round.</summary>
    /// <param name="contenders">Who is timed.</param>
    /// <param name="seconds">What the rounds should last together, unless that makes too few or too many.</param>
    /// <param name="windows">A few rounds of five seconds each.</param>
    /// <param name="cancellation">Asked before every turn.</param>
    public static double[][] Measure(IReadOnlyList<IContender> contenders, double seconds, bool windows, CancellationToken cancellation)
    {
        var calls = new long[contenders.Count];
        double round = 0;
        for (int c = 0; c < calls.Length; c++)
        {
            cancellation.ThrowIfCancellationRequested();
            calls[c] = CallsInBatch(contenders[c], out double batch);
            round += batch;
        }
        int rounds = (int)Math.Clamp(seconds * 1e9 / round, FewestRounds, MostRounds) | 1;
        if (windows)
        {
            rounds = WindowCount;
            for (int c = 0; c < calls.Length; c++)
                calls[c] = (long)Math.Ceiling(calls[c] * WindowNanoseconds / contenders[c].Time(calls[c]));
        }
        var times = Array.ConvertAll(calls, _ => new double[rounds]);
        for (int r = 0; r < rounds; r++)
        {
            for (int c = 0; c < calls.Length; c++)
            {
                cancellation.ThrowIfCancellationRequested();
                times[c][r] = contenders[c].Time(calls[c]) / calls[c];
            }
        }
        return times;
    }

    /// <summary>How many calls make a batch, found by trying; and what that batch then takes with the calls before it.</summary>
    private static long CallsInBatch(IContender contender, out double nanoseconds)
    {
        long calls = 1;
        for (; ; )
        {
            double taken = contender.Time(calls);
            if (taken >= BatchNanoseconds)
            {
                nanoseconds = taken / calls * (calls + LocalContender.Uncounted(calls));
                return calls;
            }
            // Not more than sixteenfold at once: the first calls may be slow for reasons of their own.
            calls = (long)Math.Ceiling(calls * Math.Clamp(1.2 * BatchNanoseconds / taken, 1.5, 16));
        }
    }
}
