namespace Hebb.Data;

/// <summary>Which sample comes when in a pass. Safe from several threads at once.</summary>
internal abstract class SampleOrder
{
    /// <summary>The sample at a position of the pass.</summary>
    public abstract int this[int position] { get; }

    /// <summary>As they are stored.</summary>
    public static SampleOrder InOrder { get; } = new Stored();

    /// <summary>All of them in any order, every one equally likely.</summary>
    public static SampleOrder Shuffled(int count, long seed, int epoch) => new Permuted(Permutation.Of(count, seed, RandomDomain.Permutation, epoch));

    private sealed class Stored : SampleOrder
    {
        public override int this[int position] => position;
    }

    private sealed class Permuted(int[] order) : SampleOrder
    {
        public override int this[int position] => order[position];
    }
}

/// <summary>
/// Shards in a random order, and within what that gives, windows of neighbours in a random order. Where the first window ends differs from pass to pass, so that
/// no two samples always fall into one window. A position tells its sample directly, from (seed, epoch, position): a pass can be resumed anywhere without what came
/// before, and reads only a window's worth of neighbouring files at a time.
/// </summary>
internal sealed class WindowedOrder : SampleOrder
{
    private const int KeptWindows = 4;

    private readonly int _count, _window, _phase, _epoch;
    private readonly long _seed;
    private readonly int[] _starts, _ends; // of the shards in their random order: first sample, and position one past the last
    private readonly List<(int Window, int[] Order)> _kept = [];

    public WindowedOrder(IReadOnlyList<int> shards, int window, long seed, int epoch)
    {
        (_window, _seed, _epoch) = (window, seed, epoch);
        int[] order = Permutation.Of(shards.Count, seed, RandomDomain.Shards, epoch), first = new int[shards.Count];
        for (int i = 1; i < first.Length; i++) first[i] = first[i - 1] + shards[i - 1];
        (_starts, _ends) = (new int[order.Length], new int[order.Length]);
        for (int i = 0; i < order.Length; i++)
        {
            _count += shards[order[i]];
            (_starts[i], _ends[i]) = (first[order[i]], _count);
        }
        _phase = new SampleRandom(seed, RandomDomain.Window, epoch, -1).Next(window);
    }

    public override int this[int position]
    {
        get
        {
            int window = (int)(((long)position + _phase) / _window);
            int start = (int)Math.Max(0, (long)window * _window - _phase);
            int neighbour = start + Order(window, start)[position - start];
            int shard = Array.BinarySearch(_ends, neighbour + 1);
            if (shard < 0) shard = ~shard;
            return _starts[shard] + neighbour - (shard == 0 ? 0 : _ends[shard - 1]);
        }
    }

    private int[] Order(int window, int start)
    {
        lock (_kept)
        {
            foreach (var kept in _kept)
                if (kept.Window == window) return kept.Order;
            int end = (int)Math.Min(_count, (window + 1L) * _window - _phase);
            int[] order = Permutation.Of(end - start, _seed, RandomDomain.Window, _epoch, window);
            if (_kept.Count == KeptWindows) _kept.RemoveAt(0);
            _kept.Add((window, order));
            return order;
        }
    }
}
