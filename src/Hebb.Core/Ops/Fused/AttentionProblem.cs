using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>A matrix for every example and head, of any strides.</summary>
internal readonly unsafe struct HeadMatrix<T> where T : unmanaged
{
    private readonly T* _data;
    private readonly long _batch, _head;

    public readonly long Row, Column;

    /// <param name="x">[B, H, rows, columns].</param>
    public HeadMatrix(Tensor x)
    {
        _data = x.Data<T>();
        (_batch, _head, Row, Column) = (x.Stride(0), x.Stride(1), x.Stride(2), x.Stride(3));
    }

    public T* At(long batch, long head, long row) => _data + batch * _batch + head * _head + row * Row;
}

/// <summary>
/// What the forward and the backward pass of attention share: queries [B, H, L, E], keys [B, G, S, E], values [B, G, S, F], a mask, and tiles of scores.
/// Tiles are of fixed sizes, so that the bits do not depend on threads.
/// </summary>
internal unsafe struct AttentionProblem<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Queries and keys of a tile.</summary>
    public const int QueryTile = 64, KeyTile = 256;

    public HeadMatrix<T> Query, Key, Value;
    public long Batches, Heads, KeyHeads, Queries, Keys, Width, ValueWidth;
    public T Scale;

    /// <summary>Query i sees keys 0 to i + <see cref="Past"/>.</summary>
    public bool Causal;
    public long Past;

    /// <summary>Numbers to add (null if there are none) and Bools that say which keys are seen (likewise), with steps for example, head, query and key.</summary>
    public T* Bias;
    public byte* Visible;
    public long MaskBatch, MaskHead, MaskRow, MaskColumn;

    /// <summary>Weights are dropped with probability <see cref="Drop"/>, the others multiplied by <see cref="KeepFactor"/>.</summary>
    public PhiloxKey DropKey;
    public float Drop;
    public T KeepFactor;

    public AttentionProblem(Tensor query, Tensor key, Tensor value, double scale, bool causal, long past)
    {
        (Query, Key, Value) = (new(query), new(key), new(value));
        (Batches, Heads, Queries, Width) = (query.Shape[0], query.Shape[1], query.Shape[2], query.Shape[3]);
        (KeyHeads, Keys, ValueWidth) = (key.Shape[1], key.Shape[2], value.Shape[3]);
        (Scale, Causal, Past) = (T.CreateTruncating(scale), causal, past);
    }

    /// <param name="mask">[1 or B, 1 or H, 1 or L, 1 or S]; along the last axis contiguous.</param>
    public void SetMask(Tensor mask)
    {
        long Step(int axis) => mask.Shape[axis] == 1 ? 0 : mask.Stride(axis);
        (MaskBatch, MaskHead, MaskRow, MaskColumn) = (Step(0), Step(1), Step(2), Step(3));
        if (mask.DType == DType.Bool)
            Visible = mask.Pointer;
        else
            Bias = mask.Data<T>();
    }

    public void SetDropout(Tensor key, double p) => (DropKey, Drop, KeepFactor) = (RandomKey.Read(key), (float)p, T.CreateTruncating(p < 1 ? 1 / (1 - p) : 0));

    /// <summary>The head of keys and values that serves a head of queries.</summary>
    public readonly long KeyHead(long head) => head / (Heads / KeyHeads);

    /// <summary>How many keys a query sees at most.</summary>
    public readonly long Seen(long query) => Causal ? Math.Clamp(query + Past + 1, 0, Keys) : Keys;

    /// <summary>
    /// Scores of some queries for some keys, scaled and masked, into rows of <see cref="KeyTile"/>: -infinity where a key is not seen.
    /// </summary>
    public readonly void Scores<V>(long batch, long head, long query, int queries, long key, int keys, T* tile) where V : unmanaged, ISimd<V, T>
    {
        T* k = Key.At(batch, KeyHead(head), key);
        Gemm.Run(new GemmProblem<T>
        {
            M = queries,
            N = keys,
            K = Width,
            A = Query.At(batch, head, query),
            ARow = Query.Row,
            ACol = Query.Column,
            B = k,
            BRow = Key.Column,
            BCol = Key.Row,
            C = tile,
            CRow = KeyTile,
        });
        for (int i = 0; i < queries; i++)
            Mask<V>(batch, head, query + i, key, keys, tile + (long)i * KeyTile);
    }

    private readonly void Mask<V>(long batch, long head, long query, long key, int keys, T* row) where V : unmanaged, ISimd<V, T>
    {
        int seen = (int)Math.Clamp(Seen(query) - key, 0, keys);
        long at = batch * MaskBatch + head * MaskHead + query * MaskRow + key * MaskColumn;
        V scale = V.Create(Scale), hidden = V.Create(T.NegativeInfinity);
        for (int j = 0; j < seen; j += V.Count)
        {
            int n = Math.Min(V.Count, seen - j);
            V v = RowMath.Load<V, T>(row + j, n) * scale;
            if (Bias is not null)
                v += MaskColumn == 0 ? V.Create(Bias[at]) : RowMath.Load<V, T>(Bias + at + j, n);
            if (Visible is not null)
                v = V.Select(MaskColumn == 0 ? (Visible[at] != 0 ? V.AllBitsSet : V.Zero) : LoadMask<V>(Visible + at + j, n), v, hidden);
            RowMath.Store<V, T>(v, row + j, n);
        }
        new Span<T>(row + seen, keys - seen).Fill(T.NegativeInfinity);
    }

    private static V LoadMask<V>(byte* p, int n) where V : unmanaged, ISimd<V, T>
    {
        if (n == V.Count)
            return V.LoadMask(p);
        byte* bytes = stackalloc byte[64];
        new ReadOnlySpan<byte>(p, n).CopyTo(new Span<byte>(bytes, n));
        return V.LoadMask(bytes);
    }

    /// <summary>The factors of a query's weights for some keys: 0 where dropped, else <see cref="KeepFactor"/>. <paramref name="uniform"/> holds a row.</summary>
    public readonly void Keep(long batch, long head, long query, long key, int keys, float* uniform, T* factors)
    {
        Philox.Uniform(DropKey, (ulong)(((batch * Heads + head) * Queries + query) * Keys + key), uniform, keys);
        for (int j = 0; j < keys; j++)
            factors[j] = uniform[j] >= Drop ? KeepFactor : T.Zero;
    }
}
