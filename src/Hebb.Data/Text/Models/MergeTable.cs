namespace Hebb.Data;

/// <summary>Which two symbols merge, into what, and what goes first.</summary>
internal sealed class MergeTable
{
    private readonly PairMap _index;
    private readonly List<(int Rank, int Merged)> _merges;

    public MergeTable(int expected) => (_index, _merges) = (new PairMap(expected), new List<(int, int)>(expected));

    public int Count => _merges.Count;

    public bool TryAdd(int left, int right, int rank, int merged)
    {
        if (!_index.TryAdd(left, right, _merges.Count)) return false;
        _merges.Add((rank, merged));
        return true;
    }

    /// <summary>The rank of a pair, lower first, and what it becomes; int.MaxValue where it does not merge.</summary>
    public int Rank(int left, int right, out int merged)
    {
        int index = _index[left, right];
        if (index < 0)
        {
            merged = -1;
            return int.MaxValue;
        }
        (int rank, merged) = _merges[index];
        return rank;
    }

    /// <summary>The pairs in the order of their ranks.</summary>
    public IEnumerable<(int Left, int Right)> InOrder() =>
        _index.Entries().OrderBy(e => _merges[e.Value].Rank).ThenBy(e => e.Value).Select(e => (e.First, e.Second));
}
