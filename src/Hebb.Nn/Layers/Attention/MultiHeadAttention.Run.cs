namespace Hebb;

public sealed partial class MultiHeadAttention
{
    private static readonly AttentionMask s_all = new();

    private (Tensor Output, Tensor? Weights) Run(Tensor query, Tensor key, Tensor value, AttentionMask? mask, KeyValueCache? cache, bool weigh)
    {
        Check(query, key, value);
        mask ??= s_all;
        int past = cache is null or { IsFixed: true } ? 0 : cache.Length;
        var (q, k, v) = Project(query, key, value);
        var positions = cache?.Positions(k.Shape[2]);
        if (Rotary is { } rotary)
            (q, k) = positions is null ? (rotary.Call(q, past), rotary.Call(k, past)) : (rotary.Call(q, positions), rotary.Call(k, positions));
        if (cache is not null)
            (k, v) = cache.Append(k, v);
        Tensor? seen;
        if (positions is null)
            seen = mask.Combine(PositionBias?.Call(q.Shape[2], k.Shape[2], past), q.DType);
        else
            (mask, seen) = OverPlaces(mask, cache!, positions, q.DType);
        int added = (BiasK is null ? 0 : 1) + (_addZeroAttention ? 1 : 0);
        if (added > 0)
            (k, v, seen) = WithAdded(k, v, seen, mask, added);
        var weights = weigh ? Attend(q, k, Tensor.Eye(k.Shape[2], dtype: q.DType).Expand([k.Shape[0], k.Shape[1], k.Shape[2], k.Shape[2]])) : null;
        var y = weights is null ? Attend(q, k, v) : weights.MatMul(NumKvHeads == NumHeads ? v : v.RepeatInterleave(NumHeads / NumKvHeads, 1));
        if (weights is not null && added > 0)
            weights = weights.Roll(-added, 3);
        return (OutProj.Call(Joined(y, query.Rank == 2)), weights);

        Tensor Attend(Tensor q, Tensor k, Tensor v) => Tensor.ScaledDotProductAttention(
            q, k, v, seen, mask.IsCausal, dropout: Training ? Dropout : 0, pastLength: past + added, rng: _rng, window: mask.Window, blocks: mask.Blocks, blockSize: mask.BlockSize);
    }

    /// <summary>The same mask over all places of a cache of fixed capacity.</summary>
    private (AttentionMask Mask, Tensor? Seen) OverPlaces(AttentionMask mask, KeyValueCache cache, Tensor positions, DType type)
    {
        if (PositionBias is not null || mask.Blocks is not null)
            throw new HebbException("MultiHeadAttention: a position bias or a mask of blocks needs the number of former steps, which a fixed cache keeps in a tensor; use one that grows");
        return (mask with { IsCausal = false, Window = null }, mask.Combine(cache.Seen(positions, mask.IsCausal, mask.Window), type));
    }

    /// <summary>Heads of queries, keys and values: [examples, heads, steps, head features].</summary>
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor query, Tensor key, Tensor value)
    {
        int h = NumHeads, g = NumKvHeads;
        if (InProjWeight is null)
            return (Heads(One(query, QProjWeight!, 0, h), 0, h), Heads(One(key, KProjWeight!, h, g), 0, g), Heads(One(value, VProjWeight!, h + g, g), 0, g));
        if (ReferenceEquals(query, key) && ReferenceEquals(key, value))
        {
            var all = query.Linear(InProjWeight.Value, InProjBias?.Value);
            return (Heads(all, 0, h), Heads(all, h, g), Heads(all, h + g, g));
        }
        var q = Heads(One(query, Rows(InProjWeight, 0, h), 0, h), 0, h);
        if (ReferenceEquals(key, value))
        {
            var both = One(key, Rows(InProjWeight, h, 2 * g), h, 2 * g);
            return (q, Heads(both, 0, g), Heads(both, g, g));
        }
        return (q, Heads(One(key, Rows(InProjWeight, h, g), h, g), 0, g), Heads(One(value, Rows(InProjWeight, h + g, g), h + g, g), 0, g));
    }

    private Tensor Rows(Parameter parameter, int head, int count) => parameter.Value.Narrow(0, head * HeadDim, count * HeadDim);

    private Tensor One(Tensor x, Tensor weight, int head, int count) => x.Linear(weight, InProjBias is null ? null : Rows(InProjBias, head, count));

    /// <summary>Some of the heads that stand side by side along the last axis.</summary>
    private Tensor Heads(Tensor x, int first, int count)
    {
        if (x.Rank == 2)
            x = x.Unsqueeze(BatchFirst ? 0 : 1);
        var heads = x.Reshape(x.Shape[0], x.Shape[1], x.Shape[2] / HeadDim, HeadDim).Narrow(2, first, count);
        return BatchFirst ? heads.Permute(0, 2, 1, 3) : heads.Permute(1, 2, 0, 3);
    }

    private Tensor Joined(Tensor y, bool single)
    {
        var joined = (BatchFirst ? y.Permute(0, 2, 1, 3) : y.Permute(2, 0, 1, 3)).Flatten(2);
        return single ? joined.Squeeze(BatchFirst ? 0 : 1) : joined;
    }

    /// <summary>Puts the added places in front, where a causal mask sees them.</summary>
    private (Tensor Key, Tensor Value, Tensor? Seen) WithAdded(Tensor k, Tensor v, Tensor? seen, AttentionMask mask, int added)
    {
        if (mask.Window is not null || mask.Blocks is not null)
            throw new HebbException("MultiHeadAttention: added keys have no place in a window or in blocks; leave out addBiasKv and addZeroAttention");
        List<Tensor> keys = [], values = [];
        if (BiasK is not null)
        {
            keys.Add(Everywhere(BiasK, k));
            values.Add(Everywhere(BiasV!, v));
        }
        if (_addZeroAttention)
        {
            keys.Add(Tensor.Zeros(k.Shape.With(2, 1), k.DType));
            values.Add(Tensor.Zeros(v.Shape.With(2, 1), v.DType));
        }
        if (seen is not null && seen.Rank > 0 && seen.Shape[^1] != 1)
        {
            var shape = seen.Shape.With(-1, added);
            seen = Tensor.Cat([seen.DType == DType.Bool ? Tensor.Ones(shape, DType.Bool) : Tensor.Zeros(shape, seen.DType), seen], -1);
        }
        return (Tensor.Cat([.. keys, k], 2), Tensor.Cat([.. values, v], 2), seen);
    }

    private Tensor Everywhere(Parameter bias, Tensor like) => bias.Value.Reshape(1, NumKvHeads, 1, HeadDim).Expand(like.Shape.With(2, 1));

    private void Check(Tensor query, Tensor key, Tensor value)
    {
        int rank = query.Rank;
        if (rank is not (2 or 3) || key.Rank != rank || value.Rank != rank || query.Shape[^1] != EmbedDim || key.Shape[^1] != KeyDim || value.Shape[^1] != ValueDim)
            throw new ShapeException($"MultiHeadAttention: queries {query.Shape}, keys {key.Shape} and values {value.Shape} are not {Expected(EmbedDim)}, {Expected(KeyDim)} and {Expected(ValueDim)}, or without examples");
        if (key.Shape[..^1] != value.Shape[..^1] || (rank == 3 && query.Shape[BatchFirst ? 0 : 1] != key.Shape[BatchFirst ? 0 : 1]))
            throw new ShapeException($"MultiHeadAttention: queries {query.Shape}, keys {key.Shape} and values {value.Shape} differ in their examples, or keys and values in their steps");
    }

    private string Expected(int features) => BatchFirst ? $"[examples, steps, {features}]" : $"[steps, examples, {features}]";
}
