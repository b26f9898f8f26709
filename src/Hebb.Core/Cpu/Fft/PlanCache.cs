namespace Hebb.Cpu;

/// <summary>A plan whose tables take memory.</summary>
internal interface IFftPlan
{
    long Bytes { get; }
}

/// <summary>
/// Keeps the plans used last, within a number of plans and of bytes. Safe for any number of threads; plans are immutable.
/// </summary>
internal sealed class PlanCache<TPlan>(Func<int, TPlan> create, int maxPlans, long maxBytes)
    where TPlan : class, IFftPlan
{
    private readonly Dictionary<int, Entry> _entries = [];
    private readonly Lock _lock = new();
    private long _clock, _bytes;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    public TPlan Get(int length)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(length, out Entry? entry))
            {
                entry.LastUse = ++_clock;
                return entry.Plan;
            }
        }

        // Made outside the lock: two threads may both make one, and the first to come back wins.
        TPlan plan = create(length);
        lock (_lock)
        {
            if (_entries.TryGetValue(length, out Entry? other))
            {
                other.LastUse = ++_clock;
                return other.Plan;
            }

            // One that is too large to keep serves its caller alone.
            if (plan.Bytes > maxBytes)
            {
                return plan;
            }

            while (_entries.Count >= maxPlans || _bytes + plan.Bytes > maxBytes)
            {
                RemoveOldest();
            }

            _entries.Add(length, new Entry(plan) { LastUse = ++_clock });
            _bytes += plan.Bytes;
            return plan;
        }
    }

    private void RemoveOldest()
    {
        int oldest = 0;
        long use = long.MaxValue;
        foreach ((int length, Entry entry) in _entries)
        {
            if (entry.LastUse < use)
            {
                use = entry.LastUse;
                oldest = length;
            }
        }

        _bytes -= _entries[oldest].Plan.Bytes;
        _entries.Remove(oldest);
    }

    private sealed class Entry(TPlan plan)
    {
        public readonly TPlan Plan = plan;
        public long LastUse;
    }
}
