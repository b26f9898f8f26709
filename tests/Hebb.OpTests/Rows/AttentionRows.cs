using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Scaled dot-product attention: masks, causality, grouped heads, dropout, tiles.</summary>
internal static class AttentionRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Row("attention", [2, 3, 4, 5], [2, 3, 6, 5], 2);
        yield return Row("attention_matrices", [4, 3], [5, 3], 2);
        yield return Row("attention_batch", [2, 4, 3], [2, 5, 3], 2);
        yield return Row("attention_five_axes", [2, 1, 2, 3, 2], [2, 1, 2, 3, 2], 2);
        yield return Row("attention_causal", [1, 2, 5, 3], [1, 2, 5, 3], 3, causal: true);
        yield return Row("attention_causal_longer", [1, 1, 5, 3], [1, 1, 3, 3], 2, causal: true);
        yield return Row("attention_causal_past", [1, 2, 3, 2], [1, 2, 7, 2], 2, causal: true, past: 4);
        yield return Row("attention_one_query", [2, 2, 1, 3], [2, 2, 5, 3], 3);
        yield return Row("attention_grouped", [2, 4, 3, 2], [2, 2, 4, 2], 3);
        yield return Row("attention_shared_head", [1, 3, 2, 2], [1, 1, 4, 2], 2, causal: true);
        yield return Row("attention_scale", [1, 1, 3, 2], [1, 1, 3, 2], 2, scale: 0.3);
        yield return Row("attention_no_keys", [1, 2, 3, 2], [1, 2, 0, 2], 2);
        yield return Row("attention_no_queries", [1, 2, 0, 2], [1, 2, 3, 2], 2);
        yield return Row("attention_tiles", [1, 1, 66, 2], [1, 1, 260, 2], 2);
        yield return Row("attention_tiles_causal", [1, 2, 66, 2], [1, 1, 300, 2], 1, causal: true, past: 234);
        yield return Row("attention_additive", [2, 2, 3, 2], [2, 2, 4, 2], 2, mask: In.Real(2, 2, 3, 4));
        yield return Row("attention_additive_shared", [2, 2, 3, 2], [2, 2, 4, 2], 2, mask: In.Real(3, 4));
        yield return Row("attention_additive_heads", [2, 2, 3, 2], [2, 2, 4, 2], 2, mask: In.Real(2, 1, 1));
        yield return Row("attention_mask", [2, 2, 3, 2], [2, 2, 6, 2], 2, mask: In.Bools(2, 1, 3, 6));
        yield return Row("attention_mask_keys", [2, 2, 3, 2], [2, 2, 6, 2], 2, mask: In.Bools(2, 1, 1, 6));
        yield return Row("attention_mask_queries", [2, 2, 3, 2], [2, 2, 6, 2], 2, mask: In.Bools(3, 1), causal: true);
        yield return Row("attention_mask_batch", [2, 3, 2], [2, 6, 2], 2, mask: In.Bools(2, 3, 6));
        yield return Row("attention_mask_five_axes", [2, 1, 2, 3, 2], [2, 1, 2, 4, 2], 2, mask: In.Bools(2, 1, 1, 3, 4));
        yield return Row("attention_dropout", [2, 2, 3, 2], [2, 1, 4, 2], 2, dropout: 0.4);
        yield return Row("attention_everything", [2, 4, 5, 3], [2, 2, 6, 3], 2, mask: In.Real(1, 4, 5, 6), causal: true, past: 1, dropout: 0.3, scale: 0.8);
        yield return Row("attention_window", [1, 2, 6, 3], [1, 1, 7, 3], 2, causal: true, past: 1, window: 3);
        yield return Row("attention_window_both_ways", [2, 1, 5, 2], [2, 1, 6, 2], 3, window: 2);
        yield return Row("attention_blocks", [2, 2, 5, 2], [2, 1, 6, 2], 3, mask: In.Bools(2, 3, 3), block: 2);
        yield return Row("attention_blocks_batch", [2, 2, 5, 2], [2, 2, 4, 2], 3, mask: In.Bools(2, 1, 2, 2), causal: true, block: 3, window: 4);
        yield return new("attention_turned", [In.Real(2, 4, 3, 5), In.Real(2, 6, 3, 5), In.Real(2, 6, 3, 2)], x => Tensor.ScaledDotProductAttention(x[0].Transpose(1, 2), x[1].Transpose(1, 2), x[2].Transpose(1, 2)))
        {
            Reference = x => [Naive(x[0].Transpose(1, 2).Contiguous(), x[1].Transpose(1, 2).Contiguous(), x[2].Transpose(1, 2).Contiguous(), null, null, null, 1 / Math.Sqrt(5), 0)],
        };
        yield return new("attention_sums", [In.Real(1, 2, 3, 2), In.Real(1, 1, 4, 2), In.Real(1, 1, 4, 2)], x => Engine.ApplyAll(new AttentionOp(new(0.7, Causal: true)), x))
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                var sums = new double[6];
                var y = Naive(x[0], x[1], x[2], null, 0, null, 0.7, 0, sums);
                return [y, Tensor.From(sums, [1, 2, 3])];
            },
        };
    }

    private static readonly PhiloxKey Key = new(77, 5);

    private static OpCase Row(string name, int[] query, int[] key, int width, In? mask = null, bool causal = false, long past = 0, double? scale = null, double dropout = 0, int? window = null, int block = 0)
    {
        In[] inputs = [In.Real(query), In.Real(key), In.Real([.. key[..^1], width])];
        if (mask is not null)
            inputs = [.. inputs, mask];
        bool large = query[^2] * key[^2] > 1000;
        return new(name, inputs, x => Tensor.ScaledDotProductAttention(
            x[0], x[1], x[2], x.Length > 3 && block == 0 ? x[3] : null, causal, scale, dropout, (int)past, dropoutKey: Tensor.From([Key.Low, Key.High]),
            window: window, blocks: x.Length > 3 && block > 0 ? x[3] : null, blockSize: Math.Max(1, block)))
        {
            LoopsInVmap = dropout > 0 ? "the kernel draws one mask, of one key, over all heads: each example has to see its own" : null,
            Reference = x => [Naive(x[0], x[1], x[2], Seen(x.Length > 3 ? x[3] : null, query[^2], key[^2], past, window, block), causal ? past : null, dropout > 0 ? Key : null, scale ?? 1 / Math.Sqrt(query[^1]), dropout)],
            // Their gradients are held against the decomposition in AttentionTests.
            Gradient = !large,
            Vmap = !large,
            DTypes = large ? [DType.Float32] : [DType.Float32, DType.Float16, DType.BFloat16],
        };
    }

    /// <summary>A mask that says of each query and key what a window and a mask of blocks say of them.</summary>
    private static Tensor? Seen(Tensor? mask, int queries, int keys, long past, int? window, int block)
    {
        if (block > 0)
        {
            int[] Places(int count) => [.. Enumerable.Range(0, count).Select(i => i / block)];
            mask = mask!.IndexSelect(-2, Tensor.From(Places(queries))).IndexSelect(-1, Tensor.From(Places(keys)));
        }
        if (window is not { } w)
            return mask;
        var near = Tensor.From([.. from i in Enumerable.Range(0, queries) from j in Enumerable.Range(0, keys) select Math.Abs(j - i - past) < w], [queries, keys]);
        return mask is null ? near : mask.LogicalAnd(near);
    }

    /// <summary>By the definition, one query at a time.</summary>
    private static Tensor Naive(Tensor query, Tensor key, Tensor value, Tensor? mask, long? past, PhiloxKey? dropKey, double scale, double dropout, double[]? sums = null)
    {
        int rank = query.Rank, queries = query.Shape[^2], keys = key.Shape[^2], e = query.Shape[^1], f = value.Shape[^1];
        int heads = rank > 3 ? query.Shape[^3] : 1, groups = rank > 3 ? key.Shape[^3] : 1, batches = (int)(rank > 3 ? query.Shape[..^3] : query.Shape[..^2]).Count;
        double[] q = query.ToArray<double>(), k = key.ToArray<double>(), v = value.ToArray<double>(), y = new double[batches * heads * queries * f];
        Shape full = query.Shape[..^1].Concat([keys]);
        double[]? m = mask?.Expand(full).To(DType.Float64).ToArray<double>();
        for (int row = 0; row < batches * heads * queries; row++)
        {
            int head = row / queries % heads, batch = row / queries / heads, i = row % queries, source = batch * groups + head / (heads / groups);
            var scores = new double[keys];
            for (int j = 0; j < keys; j++)
            {
                for (int c = 0; c < e; c++)
                    scores[j] += q[row * e + c] * k[(source * keys + j) * e + c] * scale;
                if (m is not null && mask!.DType != DType.Bool)
                    scores[j] += m[row * keys + j];
                if ((m is not null && mask!.DType == DType.Bool && m[row * keys + j] == 0) || j > i + past)
                    scores[j] = double.NegativeInfinity;
            }
            double most = keys == 0 ? double.NegativeInfinity : scores.Max(), sum = scores.Sum(s => Math.Exp(s - most));
            if (sums is not null)
                sums[row] = most + Math.Log(sum);
            if (double.IsNegativeInfinity(most))
                continue;
            for (int j = 0; j < keys; j++)
            {
                double p = Math.Exp(scores[j] - most) / sum;
                if (dropKey is { } drop)
                {
                    var u = new float[1];
                    Philox.Uniform(drop, (ulong)(row * keys + j), u.AsSpan());
                    p = u[0] >= (float)dropout ? p / (1 - dropout) : 0;
                }
                for (int c = 0; c < f; c++)
                    y[row * f + c] += p * v[(source * keys + j) * f + c];
            }
        }
        return Tensor.From(y, query.Shape[..^1].Concat([f]));
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        static Tensor Zeros(params int[] shape) => Tensor.Zeros(shape);
        yield return ErrorCase.Shape("attention_rank", () => Tensor.ScaledDotProductAttention(Zeros(2, 3), Zeros(1, 2, 3), Zeros(1, 2, 3)), "Attention: queries [2, 3], keys [1, 2, 3] and values [1, 2, 3] must have the same number of axes");
        yield return ErrorCase.Shape("attention_width", () => Tensor.ScaledDotProductAttention(Zeros(1, 1, 2, 3), Zeros(1, 1, 2, 4), Zeros(1, 1, 2, 3)), "Attention: queries [1, 1, 2, 3], keys [1, 1, 2, 4] and values [1, 1, 2, 3] do not fit");
        yield return ErrorCase.Shape("attention_heads", () => Tensor.ScaledDotProductAttention(Zeros(1, 3, 2, 3), Zeros(1, 2, 2, 3), Zeros(1, 2, 2, 3)), "Attention: queries [1, 3, 2, 3], keys [1, 2, 2, 3] and values [1, 2, 2, 3] do not fit");
        yield return ErrorCase.Shape("attention_batch_sizes", () => Tensor.ScaledDotProductAttention(Zeros(2, 2, 3), Zeros(1, 2, 3), Zeros(1, 2, 3)), "Attention: queries [2, 2, 3], keys [1, 2, 3] and values [1, 2, 3] differ in their batches");
        yield return ErrorCase.Shape("attention_mask_shape", () => Tensor.ScaledDotProductAttention(Zeros(1, 1, 2, 3), Zeros(1, 1, 4, 3), Zeros(1, 1, 4, 3), Zeros(3, 4)), "Attention: mask [1, 1, 3, 4] does not broadcast to [1, 1, 2, 4]");
        yield return ErrorCase.DType("attention_types", () => Tensor.ScaledDotProductAttention(Zeros(2, 3), Zeros(2, 3).To(DType.Float64), Zeros(2, 3)), "Attention: queries float32, keys float64 and values float32 must be of one float type");
        yield return ErrorCase.Shape("attention_blocks_shape", () => Tensor.ScaledDotProductAttention(Zeros(1, 1, 5, 3), Zeros(1, 1, 4, 3), Zeros(1, 1, 4, 3), blocks: Tensor.Ones([3, 3], DType.Bool), blockSize: 2), "Attention: mask of blocks [1, 1, 3, 3] does not broadcast to [1, 1, 3, 2], one for each 2 queries and 2 keys");
        yield return ErrorCase.DType("attention_blocks_type", () => Tensor.ScaledDotProductAttention(Zeros(2, 3), Zeros(2, 3), Zeros(2, 3), blocks: Zeros(1, 1), blockSize: 2), "Attention: the mask of blocks is float32; it must be bool");
        yield return new("attention_window_range", () => Tensor.ScaledDotProductAttention(Zeros(2, 3), Zeros(2, 3), Zeros(2, 3), window: 0), typeof(HebbException), "Attention: window 0 and block size 64 must be at least 1, past length 0 at least 0");
        yield return new("attention_dropout_range", () => Tensor.ScaledDotProductAttention(Zeros(2, 3), Zeros(2, 3), Zeros(2, 3), dropout: 2), typeof(HebbException), "Attention: probability 2 is not between 0 and 1");
    }
}
