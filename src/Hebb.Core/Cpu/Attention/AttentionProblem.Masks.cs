using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Masks over a tile of scores, which lie [key][query]: -infinity where a key is not seen.</summary>
internal unsafe partial struct AttentionProblem<T>
{
    /// <summary>Takes a mask [1 or B, 1 or H, 1 or L, 1 or S], Bool or numbers to add.</summary>
    public void SetMask(Tensor mask)
    {
        long Step(int axis) => mask.Shape[axis] == 1 ? 0 : mask.Stride(axis);
        (_maskBatch, _maskHead, _maskRow, _maskColumn) = (Step(0), Step(1), Step(2), Step(3));
        if (mask.DType == DType.Bool)
            _visible = mask.Pointer;
        else
            _bias = mask.Data<T>();
    }

    private readonly bool HasMask => _bias is not null || _visible is not null;

    /// <summary>Elements of scratch that a tile of <paramref name="width"/> queries needs to be masked and thinned out: none where neither happens.</summary>
    public readonly long MaskScratch(long width) => HasMask || Drop > 0 ? 2 * KeyTile * width : 0;

    /// <summary>Masks the scores, to base 2, of up to <paramref name="width"/> queries for a run of keys. <paramref name="pitch"/> is from key to key.</summary>
    public readonly void Mask<V>(long batch, long head, long query, int queries, KeyRun run, T* scores, long pitch, int width, T* scratch) where V : unmanaged, ISimd<V, T>
    {
        if (HasMask)
            MaskByTensor<V>(batch, head, query, queries, run, scores, pitch, width, scratch);
        // Lanes before `low` stand before the first query that sees the key, those from `high` on past the last.
        long low = run.Start - _ahead - query, high = run.Start - _behind - query + 1;
        if (low + run.Count - 1 > 0 || high < queries)
        {
            for (int k = 0; k < run.Count; k++)
            {
                if (low + k > 0 || high + k < queries)
                    Hide<V>(scores + k * pitch, width, low + k, high + k, outside: true);
            }
        }
        if (_blocks is not null)
            MaskByBlocks<V>(batch, head, query, queries, run, scores, pitch, width);
    }

    /// <summary>Masks the scores, to base 2, of one query for a run of keys. Takes no account of blocks.</summary>
    public readonly void MaskRow(long batch, long head, long query, KeyRun run, T* scores)
    {
        long at = batch * _maskBatch + head * _maskHead + query * _maskRow + run.Start * _maskColumn;
        if (_visible is not null)
        {
            for (int k = 0; k < run.Count; k++)
            {
                if (_visible[at + k * _maskColumn] == 0)
                    scores[k] = T.NegativeInfinity;
            }
        }
        else if (_bias is not null)
        {
            T scale = T.CreateTruncating(1.4426950408889634);
            for (int k = 0; k < run.Count; k++)
                scores[k] += _bias[at + k * _maskColumn] * scale;
        }
        int first = (int)Math.Clamp(query + _behind - run.Start, 0, run.Count), end = (int)Math.Clamp(query + _ahead + 1 - run.Start, first, run.Count);
        new Span<T>(scores, first).Fill(T.NegativeInfinity);
        new Span<T>(scores + end, run.Count - end).Fill(T.NegativeInfinity);
    }

    private readonly void MaskByBlocks<V>(long batch, long head, long query, int queries, KeyRun run, T* scores, long pitch, int width) where V : unmanaged, ISimd<V, T>
    {
        for (long key = run.Start, end = run.Start + run.Count; key < end;)
        {
            long column = key / _block, next = Math.Min((column + 1) * _block, end);
            for (long row = query / _block; row <= (query + queries - 1) / _block; row++)
            {
                if (SeesBlock(batch, head, row, column))
                    continue;
                for (long k = key; k < next; k++)
                    Hide<V>(scores + (k - run.Start) * pitch, width, row * _block - query, (row + 1) * _block - query, outside: false);
            }
            key = next;
        }
    }

    /// <summary>-infinity to the lanes from <paramref name="low"/> up to <paramref name="high"/>, or to all others.</summary>
    private static void Hide<V>(T* row, int width, long low, long high, bool outside) where V : unmanaged, ISimd<V, T>
    {
        V hidden = V.Create(T.NegativeInfinity);
        V l = V.Create(T.CreateTruncating(Math.Clamp(low, 0, width))), h = V.Create(T.CreateTruncating(Math.Clamp(high, 0, width)));
        for (int i = 0; i < width; i += V.Count)
        {
            V lane = V.Indices + V.Create(T.CreateTruncating(i)), s = V.Load(row + i);
            V within = outside ? s : hidden, beyond = outside ? hidden : s;
            V.SelectLess(lane, l, beyond, V.SelectLess(lane, h, within, beyond)).Store(row + i);
        }
    }

    [MethodImpl(Jit.Full)]
    private readonly void MaskByTensor<V>(long batch, long head, long query, int queries, KeyRun run, T* scores, long pitch, int width, T* scratch) where V : unmanaged, ISimd<V, T>
    {
        // Rows of the mask, then the same turned to lie as scores do. A row that all queries share is not turned.
        int rows = _maskRow == 0 ? 1 : queries;
        T* lines = scratch, turned = scratch + KeyTile * width;
        long at = batch * _maskBatch + head * _maskHead + query * _maskRow + run.Start * _maskColumn, row = _maskRow, column = _maskColumn;
        T* from = _bias + at;
        if (_visible is not null)
        {
            for (int i = 0; i < rows; i++)
                Widen<V>(_visible + at + i * _maskRow, _maskColumn, run.Count, lines + i * KeyTile);
            from = lines;
            (row, column) = (KeyTile, 1);
        }
        if (rows > 1)
            Packing.Copy<T, V>(from, row, column, rows, run.Count, turned, width, width);
        V scale = V.Constant(1.4426950408889634);
        for (int k = 0; k < run.Count; k++)
        {
            for (int i = 0; i < width; i += V.Count)
            {
                V s = V.Load(scores + k * pitch + i), m = rows > 1 ? V.Load(turned + k * width + i) : V.Create(from[k * column]);
                // By selection, so that not even a NaN comes through what is hidden.
                s = _visible is not null ? V.SelectLess(m, V.Zero, m, s) : V.MultiplyAdd(m, scale, s);
                s.Store(scores + k * pitch + i);
            }
        }
    }

    /// <summary>Bools to 0 where true, -infinity where false.</summary>
    private static void Widen<V>(byte* p, long step, int count, T* target) where V : unmanaged, ISimd<V, T>
    {
        int k = 0;
        if (step == 1)
        {
            V hidden = V.Create(T.NegativeInfinity);
            for (; k <= count - V.Count; k += V.Count)
                V.Select(V.LoadMask(p + k), V.Zero, hidden).Store(target + k);
        }
        for (; k < count; k++)
            target[k] = p[k * step] != 0 ? T.Zero : T.NegativeInfinity;
    }

    /// <summary>The factors of weights, [key][query]: 0 where dropped, else <see cref="KeepFactor"/>. Returns them within <paramref name="scratch"/>, <paramref name="width"/> from key to key.</summary>
    [SkipLocalsInit]
    public readonly T* Factors<V>(long batch, long head, long query, int queries, KeyRun run, int width, T* scratch) where V : unmanaged, ISimd<V, T>
    {
        float* uniform = stackalloc float[KeyTile];
        T* turned = scratch + KeyTile * width;
        for (int i = 0; i < queries; i++)
        {
            T* line = scratch + i * KeyTile;
            Philox.Uniform(DropKey, (ulong)(((batch * Heads + head) * Queries + query + i) * Keys + run.Start), uniform, run.Count);
            for (int k = 0; k < run.Count; k++)
                line[k] = uniform[k] >= Drop ? KeepFactor : T.Zero;
        }
        Packing.Copy<T, V>(scratch, KeyTile, 1, queries, run.Count, turned, width, width);
        return turned;
    }
}
