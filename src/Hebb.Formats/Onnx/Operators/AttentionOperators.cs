namespace Hebb.Onnx;

/// <summary>Attention, and the rotation of queries and keys by their positions.</summary>
internal static class AttentionOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Attention", 23, Attention);
        table.Add("RotaryEmbedding", 23, Rotary);
        table.Add(OperatorTable.Preview, "FlexAttention", 1, c => [Flex(c)]);
    }

    /// <summary>[B, L, heads D] as [B, heads, L, D].</summary>
    public static Tensor Heads(Tensor x, int heads)
    {
        if (x.Rank != 3 || heads < 1 || x.Shape[2] % heads != 0)
            throw new ShapeException($"{x.Shape} does not fall into {heads} heads");
        return x.Reshape(x.Shape[0], x.Shape[1], heads, x.Shape[2] / heads).Permute(0, 2, 1, 3);
    }

    /// <summary>[B, heads, L, D] as [B, L, heads D].</summary>
    public static Tensor Joined(Tensor x) => x.Permute(0, 2, 1, 3).Reshape(x.Shape[0], x.Shape[2], x.Shape[1] * x.Shape[3]);

    /// <summary>Each head as often as queries share it.</summary>
    public static Tensor Shared(Tensor x, int queryHeads) => x.Shape[1] == queryHeads ? x
        : x.Shape[1] > 0 && queryHeads % x.Shape[1] == 0 ? x.RepeatInterleave(queryHeads / x.Shape[1], 1) : throw new ShapeException($"{queryHeads} heads of queries do not share {x.Shape[1]} of keys evenly");

    private static OnnxValue?[] Attention(NodeCall c)
    {
        bool packed = c[0].Rank == 3;
        int queryHeads = (int)c.Int("q_num_heads", 0), keyHeads = (int)c.Int("kv_num_heads", 0);
        var q = packed ? Heads(c[0], queryHeads) : c[0];
        var k = packed ? Heads(c[1], keyHeads) : c[1];
        var v = packed ? Heads(c[2], keyHeads) : c[2];
        int past = c.Tensor(4)?.Shape[2] ?? 0;
        if (c.Tensor(4) is { } pastKey)
            k = Tensor.Cat([pastKey, k], 2);
        if (c.Tensor(5) is { } pastValue)
            v = Tensor.Cat([pastValue, v], 2);
        var problem = new AttentionProblem
        {
            Query = q,
            Key = k,
            Value = v,
            Mask = c.Tensor(3) is { } mask ? Wide(mask, k.Shape[2]) : null,
            Causal = c.Flag("is_causal"),
            Past = past,
            Lengths = c.Tensor(6),
            Scale = c.HasAttribute("scale") ? c.Float("scale", 1) : 1 / Math.Sqrt(q.Shape[3]),
            Softcap = c.Float("softcap", 0),
            Precision = c.HasAttribute("softmax_precision") ? c.DType("softmax_precision", DType.Float32) : null,
        };
        Tensor y;
        Tensor? scores = null;
        if (c.Wants(3) || !problem.IsPlain)
            (y, scores) = problem.Run((int)c.Int("qk_matmul_output_mode", 0));
        else
            y = problem.RunFused();
        return [packed ? Joined(y) : y, k, v, scores];
    }

    // A mask may end early: the keys after it are not seen.
    private static Tensor Wide(Tensor mask, int keys)
    {
        int missing = keys - mask.Shape[^1];
        if (missing <= 0)
            return mask;
        return mask.DType == DType.Bool ? mask.To(DType.UInt8).Pad([0, missing]).To(DType.Bool) : mask.Pad([0, missing], value: double.NegativeInfinity);
    }

    private static Tensor Flex(NodeCall c)
    {
        var (q, k, v) = (c[0], c[1], c[2]);
        var type = q.DType;
        var precision = c.HasAttribute("softmax_precision") ? c.DType("softmax_precision", DType.Float32) : type == DType.Float64 ? DType.Float64 : DType.Float32;
        double scale = c.HasAttribute("scale") ? c.Float("scale", 1) : 1 / Math.Sqrt(q.Shape[3]);
        (k, v) = (Shared(k, q.Shape[1]), Shared(v, q.Shape[1]));
        var scores = q.MatMul(k.Transpose(-1, -2)).To(precision) * scale;
        if (c.HasAttribute("score_mod"))
            scores = Modify(c, "score_mod", scores);
        if (c.HasAttribute("mask_mod"))
            scores = Modify(c, "mask_mod", scores);
        var weights = scores.Softmax(-1);
        if (c.HasAttribute("prob_mod"))
            weights = Modify(c, "prob_mod", weights);
        return weights.To(v.DType).MatMul(v).To(type);
    }

    private static Tensor Modify(NodeCall c, string graph, Tensor x) => (c.Run(graph, [x])[0] ?? throw new FormatException($"'{graph}' gives nothing")).AsTensor();

    private static Tensor Rotary(NodeCall c)
    {
        var x = c[0];
        bool packed = x.Rank == 3;
        var heads = packed ? Heads(x, (int)c.Int("num_heads", 0)) : x;
        int size = heads.Shape[3], turned = (int)c.Int("rotary_embedding_dim", 0);
        turned = turned == 0 ? size : turned;
        if (turned > size || turned % 2 != 0)
            throw new ShapeException($"{turned} of {size} numbers can't be turned in pairs");
        int half = turned / 2;
        // One row for each position; [B, 1, L, half] in the end.
        Tensor Rows(Tensor cache) => (c.Tensor(3) is { } positions ? cache.Index(positions) : cache).Narrow(-1, 0, half).Unsqueeze(1);
        var (cos, sin) = (Rows(c[1]), Rows(c[2]));
        var part = heads.Narrow(3, 0, turned);
        Tensor result;
        if (c.Flag("interleaved"))
        {
            var pairs = part.Reshape(part.Shape[0], part.Shape[1], part.Shape[2], half, 2);
            var (a, b) = (pairs.Select(4, 0), pairs.Select(4, 1));
            result = Tensor.Stack([a * cos - b * sin, a * sin + b * cos], 4).Reshape(part.Shape);
        }
        else
        {
            var (a, b) = (part.Narrow(3, 0, half), part.Narrow(3, half, half));
            result = Tensor.Cat([a * cos - b * sin, a * sin + b * cos], 3);
        }
        if (turned < size)
            result = Tensor.Cat([result, heads.Narrow(3, turned, size - turned)], 3);
        return packed ? Joined(result) : result;
    }

    private static Tensor Index(this Tensor cache, Tensor positions) => IndexOp.Apply(cache, [positions.To(DType.Int64)], 0);
}
