using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The backward pass of attention. Inputs: gradients of the results [B, H, L, F]; queries, keys, values; the results; logarithms of the sums of exponentials [B, H, L]; perhaps a
/// mask and a key. Outputs: the gradients of queries, keys and values.
/// </summary>
internal sealed class AttentionGradOp(in AttentionOptions options) : AttentionBase(options)
{
    public AttentionGradOp() : this(new(1))
    {
    }

    public override string Name => "attention_grad";

    public override string DisplayName => "AttentionGrad";

    public override int Outputs => 3;

    internal override bool WritesStrided(int output) => true;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Check(inputs[1], inputs[2], inputs[3], inputs[6..]);
        for (int i = 0; i < 3; i++)
            outputs[i] = inputs[i + 1];
    }

    // Scores again, then the gradients of weights and values, queries and keys: five products of matrices.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => Pairs(inputs[1], inputs[2]) * (6L * inputs[2].Shape[3] + 4L * inputs[3].Shape[3] + 8);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[1].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var problem = Problem<T>(inputs[1], inputs[2], inputs[3], inputs[6..], out var dropKey);
        var sum = Copying.Contiguous(inputs[5]);
        AttentionGradKernel.Run(problem, new HeadMatrix<T>(inputs[0]), new HeadMatrix<T>(inputs[4]), sum.Data<T>(), new(outputs[0]), new(outputs[1]), new(outputs[2]));
        GC.KeepAlive(dropKey);
        GC.KeepAlive(sum);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        int heads = inputs[1].Shape[1], groups = inputs[2].Shape[1];
        var (type, wide) = (inputs[1].DType, inputs[5].DType);
        var (g, q, k, v) = (inputs[0].To(wide), inputs[1].To(wide), Repeat(inputs[2], heads).To(wide), Repeat(inputs[3], heads).To(wide));
        var p = Weights(Scores(q, k, inputs[6..]), inputs[5]);
        var delta = (g * inputs[4].To(wide)).Sum(3, keepDim: true);
        var ds = p * (Dropped(g.MatMul(v.MT), inputs[6..]) - delta) * Scale;
        return [ds.MatMul(k).To(type), Gather(ds.MT.MatMul(q), groups).To(type), Gather(Dropped(p, inputs[6..]).MT.MatMul(g), groups).To(type)];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        if (Drop > 0)
            return BatchRule.Loop.Apply(this, c);
        return Array.ConvertAll(Engine.ApplyAll(this, Folded(c)), y => y.Reshape(Hebb.Shape.Create([c.Size, y.Shape[0] / c.Size]).Concat(y.Shape[1..])));
    }
}
