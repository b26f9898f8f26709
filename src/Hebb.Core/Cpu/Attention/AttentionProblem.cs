using System.Numerics;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>Keys that follow each other.</summary>
internal readonly record struct KeyRun(long Start, int Count);

/// <summary>
/// What the forward and the backward pass of attention share: queries [B, H, L, E], keys [B, G, S, E], values [B, G, S, F], and which keys a query sees.
/// </summary>
internal unsafe partial struct AttentionProblem<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Keys are taken up in tiles that start at multiples of this: their scores for a panel of queries stay in the L1 cache.</summary>
    public const int KeyTile = 256;

    private const long Unbounded = 1L << 40;

    public HeadMatrix<T> Query, Key, Value;
    public long Batches, Heads, KeyHeads, Queries, Keys, Width, ValueWidth;

    /// <summary>The factor of scores; times log2(e), since exponentials are taken to base 2.</summary>
    public T Scale, Scale2;

    // Query i sees keys i + _behind to i + _ahead.
    private long _behind, _ahead;

    // Which pairs of blocks of queries and of keys are seen (null: all), with steps for example, head, block of queries, block of keys.
    private byte* _blocks;
    private long _blockBatch, _blockHead, _blockRow, _blockColumn, _block;

    // Numbers to add (null if there are none) and Bools that say which keys are seen (likewise), with steps for example, head, query and key.
    private T* _bias;
    private byte* _visible;
    private long _maskBatch, _maskHead, _maskRow, _maskColumn;

    /// <summary>Weights are dropped with probability <see cref="Drop"/>, the others multiplied by <see cref="KeepFactor"/>.</summary>
    public PhiloxKey DropKey;
    public float Drop;
    public T KeepFactor;

    public AttentionProblem(Tensor query, Tensor key, Tensor value, double scale)
    {
        (Query, Key, Value) = (new(query), new(key), new(value));
        (Batches, Heads, Queries, Width) = (query.Shape[0], query.Shape[1], query.Shape[2], query.Shape[3]);
        (KeyHeads, Keys, ValueWidth) = (key.Shape[1], key.Shape[2], value.Shape[3]);
        (Scale, Scale2) = (T.CreateTruncating(scale), T.CreateTruncating(scale * 1.4426950408889634));
        (_behind, _ahead) = (-Unbounded, Unbounded);
    }

    /// <summary>Query i stands at i + <paramref name="past"/>; it sees no key after that if causal, and none at <paramref name="window"/> from there or beyond, unless that is 0.</summary>
    public void SetReach(bool causal, long past, long window)
    {
        if (causal)
            _ahead = past;
        if (window > 0)
            (_behind, _ahead) = (past - window + 1, Math.Min(_ahead, past + window - 1));
    }

    /// <summary>Blocks of queries see the blocks of keys that a Bool [1 or B, 1 or H, blocks of queries, blocks of keys] says.</summary>
    public void SetBlocks(Tensor seen, long block)
    {
        long Step(int axis) => seen.Shape[axis] == 1 ? 0 : seen.Stride(axis);
        _blocks = seen.Pointer;
        _block = block;
        (_blockBatch, _blockHead, _blockRow, _blockColumn) = (Step(0), Step(1), Step(2), Step(3));
    }

    public void SetDropout(Tensor key, double p) => (DropKey, Drop, KeepFactor) = (RandomKey.Read(key), (float)p, T.CreateTruncating(p < 1 ? 1 / (1 - p) : 0));

    public readonly bool HasBlocks => _blocks is not null;

    /// <summary>The head of keys and values that serves a head of queries.</summary>
    public readonly long KeyHead(long head) => head / (Heads / KeyHeads);

    /// <summary>The keys that the reach of some queries spans.</summary>
    public readonly (long From, long To) Span(long query, long queries) => (Math.Clamp(query + _behind, 0, Keys), Math.Clamp(query + queries + _ahead, 0, Keys));

    /// <summary>How many runs of keys a tile may have at most.</summary>
    public readonly int MostRuns => _blocks is null ? 1 : KeyTile / 2 + 1;

    /// <summary>The keys from the tile at <paramref name="from"/> that any of some queries sees, as runs; returns how many runs.</summary>
    public readonly int Runs(long batch, long head, long query, long queries, long from, KeyRun* runs)
    {
        var (first, end) = Span(query, queries);
        (first, end) = (Math.Max(first, from), Math.Min(end, from + KeyTile));
        if (first >= end)
            return 0;
        if (_blocks is null)
        {
            runs[0] = new(first, (int)(end - first));
            return 1;
        }
        int count = 0;
        long start = -1;
        for (long key = first; key < end;)
        {
            long next = Math.Min((key / _block + 1) * _block, end);
            bool seen = false;
            for (long row = query / _block; row <= (query + queries - 1) / _block; row++)
                seen |= SeesBlock(batch, head, row, key / _block);
            if (seen && start < 0)
                start = key;
            if (!seen && start >= 0)
            {
                runs[count++] = new(start, (int)(key - start));
                start = -1;
            }
            key = next;
        }
        if (start >= 0)
            runs[count++] = new(start, (int)(end - start));
        return count;
    }

    private readonly bool SeesBlock(long batch, long head, long row, long column) =>
        _blocks[batch * _blockBatch + head * _blockHead + row * _blockRow + column * _blockColumn] != 0;
}
