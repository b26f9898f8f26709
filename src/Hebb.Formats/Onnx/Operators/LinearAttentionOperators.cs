namespace Hebb.Onnx;

/// <summary>Attention whose memory is one matrix a head, which every step decays, corrects and adds to.</summary>
internal static class LinearAttentionOperators
{
    public static void Register(OperatorTable table) => table.AddAll("LinearAttention", 27, Run);

    private static OnnxValue?[] Run(NodeCall c)
    {
        string rule = c.Text("update_rule", "gated_delta");
        if (rule is not ("linear" or "gated" or "delta" or "gated_delta"))
            throw new FormatException($"there is no rule '{rule}'");
        bool gated = rule is "gated" or "gated_delta", corrected = rule is "delta" or "gated_delta";
        int queryHeads = (int)c.Int("q_num_heads"), heads = (int)c.Int("kv_num_heads");
        var type = c[0].DType;
        var wide = type == DType.Float64 ? DType.Float64 : DType.Float32;
        var q = AttentionOperators.Heads(c[0], queryHeads).To(wide);
        var k = AttentionOperators.Heads(c[1], heads).To(wide);
        var v = AttentionOperators.Heads(c[2], heads).To(wide);
        int examples = q.Shape[0], steps = q.Shape[2], size = k.Shape[3];
        // One factor a head, or one for each row of its matrix.
        Tensor? PerHead(int input, bool needed) => !needed ? null
            : c[input].Rank == 3 && c[input].Shape[2] == heads * size && size > 1 ? AttentionOperators.Heads(c[input], heads).To(wide)
            : c[input].To(wide).Permute(0, 2, 1).Unsqueeze(3);
        var decay = PerHead(4, gated)?.Exp();
        var beta = corrected ? c[5].To(wide).Permute(0, 2, 1).Unsqueeze(3) : null;
        var erase = c.Tensor(6) is { } gate ? AttentionOperators.Heads(gate, heads).To(wide) : null;
        var past = c.Tensor(3);
        var state = past?.To(wide) ?? Tensor.Zeros([examples, heads, size, v.Shape[3]], wide);
        float given = c.Float("scale", 0);
        double scale = given == 0 ? 1 / Math.Sqrt(size) : given;
        var outputs = new Tensor[steps];
        for (int t = 0; t < steps; t++)
        {
            Tensor At(Tensor x) => x.Select(2, t);
            var (key, value) = (At(k), At(v));
            if (decay is not null)
                state *= At(decay).Unsqueeze(-1);
            if (corrected)
            {
                // What the memory already holds for this key is taken off first.
                var reads = erase is null ? key : key * At(erase);
                value = At(beta!) * (value - reads.Unsqueeze(2).MatMul(state).Squeeze(2));
            }
            state += key.Unsqueeze(3) * value.Unsqueeze(2);
            outputs[t] = At(q).Unsqueeze(2).MatMul(AttentionOperators.Shared(state, queryHeads)).Squeeze(2) * scale;
        }
        var y = steps == 0 ? Tensor.Zeros([examples, queryHeads, 0, v.Shape[3]], wide) : Tensor.Stack(outputs, 2);
        return [AttentionOperators.Joined(y).To(type), state.To(past?.DType ?? type)];
    }
}
