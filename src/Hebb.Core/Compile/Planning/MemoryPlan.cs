namespace Hebb.Compile;

/// <summary>A span of steps in which so many bytes are in use; both ends are included.</summary>
internal readonly record struct Lifetime(long Bytes, int First, int Last);

/// <summary>Places in one arena for values whose lifetimes are known: values that are never alive together may share memory.</summary>
internal sealed class MemoryPlan
{
    /// <summary>Values start on lines of the cache.</summary>
    private const long Alignment = 64;

    private MemoryPlan(long[] offsets, long bytes) => (Offsets, Bytes) = (offsets, bytes);

    /// <summary>Where each value lies, in bytes.</summary>
    public long[] Offsets { get; }

    /// <summary>The size of the arena.</summary>
    public long Bytes { get; }

    /// <summary>
    /// Places the largest first, each into the smallest gap left by those alive at the same time (greedy by size; Pisarchyk and Lee, "Efficient Memory
    /// Management for Deep Neural Net Inference", 2020).
    /// </summary>
    public static MemoryPlan Of(IReadOnlyList<Lifetime> values)
    {
        var offsets = new long[values.Count];
        int[] order = [.. Enumerable.Range(0, values.Count).OrderByDescending(i => values[i].Bytes).ThenBy(i => values[i].First)];
        var placed = new List<int>();
        long bytes = 0;
        foreach (int value in order)
        {
            var (size, first, last) = values[value];
            size = Round(size);
            long best = -1, smallest = long.MaxValue, end = 0;
            // Those placed are in the order of their offsets.
            foreach (int other in placed)
            {
                if (values[other].First > last || values[other].Last < first)
                    continue;
                long gap = offsets[other] - end;
                if (gap >= size && gap < smallest)
                    (best, smallest) = (end, gap);
                end = Math.Max(end, offsets[other] + Round(values[other].Bytes));
            }
            offsets[value] = best >= 0 ? best : end;
            bytes = Math.Max(bytes, offsets[value] + size);
            int at = placed.FindIndex(other => offsets[other] > offsets[value]);
            placed.Insert(at < 0 ? placed.Count : at, value);
        }
        return new MemoryPlan(offsets, bytes);
    }

    private static long Round(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
