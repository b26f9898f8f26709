namespace Hebb.Data;

/// <summary>Merges neighbouring symbols, the pair of lowest rank first and of equal ones the leftmost, until none merges.</summary>
internal static class PairMerger
{
    /// <summary>Up to so many symbols, looking at every pair again is quicker than a queue.</summary>
    private const int MaxScan = 64;

    /// <summary>Merges in place; negative symbols never merge.</summary>
    /// <param name="symbols">The symbols; afterwards the first so many as are returned.</param>
    /// <param name="ends">Where each ends, in any unit; moved along with them.</param>
    /// <param name="merges">What merges.</param>
    /// <param name="state">Room to work in.</param>
    public static int Merge(Span<int> symbols, Span<int> ends, MergeTable merges, EncoderState state)
    {
        if (symbols.Length < 2) return symbols.Length;
        return symbols.Length <= MaxScan ? MergeByScan(symbols, ends, merges) : MergeByQueue(symbols, ends, merges, state);
    }

    private static int MergeByScan(Span<int> symbols, Span<int> ends, MergeTable merges)
    {
        Span<int> ranks = stackalloc int[MaxScan], merged = stackalloc int[MaxScan];
        int count = symbols.Length;
        for (int i = 0; i + 1 < count; i++) ranks[i] = Rank(merges, symbols[i], symbols[i + 1], out merged[i]);
        while (count > 1)
        {
            int best = 0, lowest = ranks[0];
            for (int i = 1; i + 1 < count; i++)
                if (ranks[i] < lowest) (best, lowest) = (i, ranks[i]);
            if (lowest == int.MaxValue) break;
            symbols[best] = merged[best];
            ends[best] = ends[best + 1];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            ends[(best + 2)..(count + 1)].CopyTo(ends[(best + 1)..]);
            if (best + 1 < count)
            {
                ranks[(best + 2)..count].CopyTo(ranks[(best + 1)..]);
                merged[(best + 2)..count].CopyTo(merged[(best + 1)..]);
                ranks[best] = Rank(merges, symbols[best], symbols[best + 1], out merged[best]);
            }
            if (best > 0) ranks[best - 1] = Rank(merges, symbols[best - 1], symbols[best], out merged[best - 1]);
        }
        return count;
    }

    private static int MergeByQueue(Span<int> symbols, Span<int> ends, MergeTable merges, EncoderState state)
    {
        int count = symbols.Length;
        var queue = state.Queue;
        queue.Clear();
        // Neighbours as a list: a merged symbol stays where its left half was, the right half becomes int.MinValue.
        var links = state.Links(2 * count);
        Span<int> next = links[..count], previous = links[count..];
        for (int i = 0; i < count; i++) (next[i], previous[i]) = (i + 1, i - 1);
        for (int i = 0; i + 1 < count; i++) Push(queue, merges, symbols, i, i + 1);
        while (queue.TryDequeue(out var pair, out _))
        {
            int right = symbols[pair.At] == pair.Left ? next[pair.At] : count;
            if (right == count || symbols[right] != pair.Right) continue; // one of them has merged since
            symbols[pair.At] = pair.Merged;
            ends[pair.At] = ends[right];
            symbols[right] = int.MinValue;
            next[pair.At] = next[right];
            if (next[right] < count)
            {
                previous[next[right]] = pair.At;
                Push(queue, merges, symbols, pair.At, next[right]);
            }
            if (previous[pair.At] >= 0) Push(queue, merges, symbols, previous[pair.At], pair.At);
        }
        int kept = 0;
        for (int i = 0; i < count; i = next[i]) (symbols[kept], ends[kept++]) = (symbols[i], ends[i]);
        return kept;
    }

    private static void Push(PriorityQueue<(int At, int Left, int Right, int Merged), ulong> queue, MergeTable merges, Span<int> symbols, int at, int right)
    {
        int rank = Rank(merges, symbols[at], symbols[right], out int merged);
        if (rank != int.MaxValue) queue.Enqueue((at, symbols[at], symbols[right], merged), (ulong)(uint)rank << 32 | (uint)at);
    }

    private static int Rank(MergeTable merges, int left, int right, out int merged)
    {
        if (left >= 0 && right >= 0) return merges.Rank(left, right, out merged);
        merged = -1;
        return int.MaxValue;
    }
}
