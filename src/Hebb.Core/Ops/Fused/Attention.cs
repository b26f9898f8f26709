using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Scaled dot-product attention. Inputs: queries [B, H, L, E], keys [B, G, S, E], values [B, G, S, F], perhaps a mask and a key.
/// Outputs: results [B, H, L, F], and logarithms of the sums of exponentials [B, H, L], which the backward pass reads; Float32 for halves.
/// </summary>
internal sealed class AttentionOp(in AttentionOptions options) : AttentionBase(options)
{
    public AttentionOp() : this(new(1))
    {
    }

    public override string Name => "attention";

    public override string DisplayName => "Attention";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Inputs | Saved.Output0 | Saved.Output1;

    internal override bool WritesStrided(int output) => output == 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Check(inputs[0], inputs[1], inputs[2], inputs[3..]);
        var q = inputs[0];
        outputs[0] = q with { Shape = q.Shape[..3].Concat([inputs[2].Shape[3]]) };
        outputs[1] = q with { Shape = q.Shape[..3], DType = q.DType.IsHalf ? DType.Float32 : q.DType };
    }

    // Two products of matrices with a softmax between them.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => Pairs(inputs[0], inputs[1]) * (2L * (inputs[1].Shape[3] + inputs[2].Shape[3]) + 5);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var problem = Problem<T>(inputs[0], inputs[1], inputs[2], inputs[3..], out var key);
        if (!FewQueriesKernel.Fits(problem))
        {
            AttentionKernel.Run(problem, new(outputs[0]), outputs[1].Data<T>());
        }
        else if (outputs[0].IsContiguous)
        {
            FewQueriesKernel.Run(problem, outputs[0].Data<T>(), outputs[1].Data<T>());
        }
        else
        {
            // A plan has chosen the layout: few rows, which are moved there.
            using var scratch = Scratch.Open();
            var (output, to, f) = ((nint)scratch.Take<T>(outputs[0].Count), new HeadMatrix<T>(outputs[0]), problem.ValueWidth);
            var from = new HeadMatrix<T>((T*)output, problem.Heads, problem.Queries, f);
            FewQueriesKernel.Run(problem, (T*)output, outputs[1].Data<T>());
            for (long row = 0; row < outputs[1].Count; row++)
            {
                var (outer, query) = Math.DivRem(row, problem.Queries);
                var (batch, head) = Math.DivRem(outer, problem.Heads);
                Buffer.MemoryCopy(from.At(batch, head, query), to.At(batch, head, query), f * sizeof(T), f * sizeof(T));
            }
        }
        GC.KeepAlive(key);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        int heads = inputs[0].Shape[1];
        var wide = inputs[0].DType.IsHalf ? DType.Float32 : inputs[0].DType;
        var (q, k, v) = (inputs[0].To(wide), Repeat(inputs[1], heads).To(wide), Repeat(inputs[2], heads).To(wide));
        var scores = Scores(q, k, inputs[3..]);
        var sum = scores.LogSumExp(3);
        return [Dropped(Weights(scores, sum), inputs[3..]).MatMul(v).To(inputs[0].DType), sum];
    }

    public override void Vjp(in VjpContext c)
    {
        // The logarithms have a gradient of their own only under a derivative of the backward pass.
        if (Masked && c.Needs(3) || c.HasGrad(1))
        {
            Derivatives.VjpByDecomposition(this, c);
            return;
        }
        var inputs = new Tensor[c.InputCount + 3];
        (inputs[0], inputs[4], inputs[5]) = (c.Grad(0), c.Output(0), c.Output(1));
        for (int i = 0; i < c.InputCount; i++)
            inputs[i < 3 ? i + 1 : i + 3] = c.Input(i);
        var outputs = Engine.ApplyAll(new AttentionGradOp(Options), inputs);
        for (int i = 0; i < 3; i++)
            c.Set(i, outputs[i]);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        if (Drop > 0)
            return BatchRule.Loop.Apply(this, c);
        return Array.ConvertAll(Engine.ApplyAll(this, Folded(c)), y => y.Reshape(Hebb.Shape.Create([c.Size, y.Shape[0] / c.Size]).Concat(y.Shape[1..])));
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Scaled dot-product attention (Vaswani et al., 2017): softmax(query keyᵀ scale + mask) value, without ever holding all scores. Where keys have fewer heads than queries, each
    /// serves several (grouped-query attention).
    /// </summary>
    /// <param name="query">[…, H, L, E], [N, L, E] or [L, E].</param>
    /// <param name="key">[…, G, S, E], with G a divisor of H; the same number of axes as the queries.</param>
    /// <param name="value">[…, G, S, F].</param>
    /// <param name="mask">Broadcasts to […, H, L, S]: Bool, true where a key is seen; or floats that are added to the scores.</param>
    /// <param name="causal">Query i sees keys 0 to i + <paramref name="pastLength"/>.</param>
    /// <param name="scale">By default 1 / sqrt(E).</param>
    /// <param name="window">Keys that stand this far from a query or farther are not seen (sliding window; Beltagy et al., 2020); with <paramref name="causal"/> these are the last <paramref name="window"/> keys.</param>
    /// <param name="blocks">Which blocks of queries see which blocks of keys (block-sparse attention; Child et al., 2019): Bool, broadcasts to […, H, ceil(L / blockSize), ceil(S / blockSize)]. What is not seen is not worked out either.</param>
    /// <param name="blockSize">Queries and keys of a block.</param>
    /// <param name="dropout">The probability with which a weight is dropped.</param>
    /// <param name="pastLength">How many keys stand before that of the first query, with <paramref name="causal"/> or <paramref name="window"/>.</param>
    /// <param name="rng">The stream that the key for dropout is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="dropoutKey">A key of one's own, in place of a stream.</param>
    /// <returns>[…, H, L, F]; 0 for queries that see no key.</returns>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DTypeException">Queries, keys and values are not of one float type, or the mask of blocks is not Bool.</exception>
    /// <exception cref="HebbException">The window or the block size is below 1, or the past length below 0.</exception>
    public static Tensor ScaledDotProductAttention(
        Tensor query, Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null, double dropout = 0, int pastLength = 0, Rng? rng = null, Tensor? dropoutKey = null,
        int? window = null, Tensor? blocks = null, int blockSize = 64)
    {
        CheckProbability("Attention", dropout);
        int rank = query.Rank;
        if (rank < 2 || key.Rank != rank || value.Rank != rank)
            throw new ShapeException($"Attention: queries {query.Shape}, keys {key.Shape} and values {value.Shape} must have the same number of axes, at least 2");
        // Without an axis of heads, examples come first.
        var batch = rank <= 3 ? query.Shape[..^2] : query.Shape[..^3];
        Tensor Four(Tensor x, int rows, int columns) => x.Reshape(Hebb.Shape.Create([checked((int)batch.Count), rank <= 3 ? 1 : x.Shape[^3], rows, columns]));
        if (key.Shape[..batch.Rank] != batch || value.Shape[..batch.Rank] != batch)
            throw new ShapeException($"Attention: queries {query.Shape}, keys {key.Shape} and values {value.Shape} differ in their batches");
        var (q, k, v) = (Four(query, query.Shape[^2], query.Shape[^1]), Four(key, key.Shape[^2], key.Shape[^1]), Four(value, value.Shape[^2], value.Shape[^1]));
        if (window < 1 || blockSize < 1 || pastLength < 0)
            throw new HebbException($"Attention: window {window?.ToString() ?? "none"} and block size {blockSize} must be at least 1, past length {pastLength} at least 0");
        // To four axes: the last two are queries and keys, the one before them heads where there are any.
        Tensor FourMask(Tensor m)
        {
            if (rank == 3 && m.Rank == 3)
                m = m.Unsqueeze(1);
            while (m.Rank < Math.Max(rank, 4))
                m = m.Unsqueeze(0);
            return rank > 4 ? m.Expand(batch.Concat(m.Shape[^3..])).Flatten(0, batch.Rank - 1) : m;
        }
        Tensor? m = mask is null ? null : FourMask(mask.DType == DType.Bool || mask.DType == query.DType ? mask : mask.To(query.DType));
        var op = new AttentionOp(new(scale ?? 1 / Math.Sqrt(query.Shape[^1]), dropout, causal, pastLength, m is not null, window ?? 0, blocks is null ? 0 : blockSize));
        List<Tensor> inputs = [q, k, v];
        if (m is not null)
            inputs.Add(m);
        if (blocks is not null)
            inputs.Add(FourMask(blocks));
        if (dropout > 0)
            inputs.Add(RandomPrimitive.Key(rng, dropoutKey));
        return Engine.ApplyAll(op, inputs.ToArray())[0].Reshape(query.Shape[..^1].Concat([value.Shape[^1]]));
    }
}
