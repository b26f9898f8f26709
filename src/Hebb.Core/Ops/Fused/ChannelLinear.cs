using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>(x - mean) slope + offset by channel: x [N, C, …], the others [C].</summary>
internal sealed class ChannelLinearOp : Primitive
{
    public static ChannelLinearOp Instance { get; } = new();

    public override string Name => "channel_linear";

    public override string DisplayName => "BatchNorm";

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.Inputs;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ChannelNorm.Check(DisplayName, inputs);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private static unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (n, channels, s) = ChannelKernels.Split(y.Shape);
        ChannelKernels.Apply(inputs[0].Data<T>(), null, y.Data<T>(), inputs[1].Data<T>(), inputs[2].Data<T>(), inputs[3].Data<T>(), null, n, channels, s);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        return [((x - ChannelNorm.Along(inputs[1], x.Rank)) * ChannelNorm.Along(inputs[2], x.Rank) + ChannelNorm.Along(inputs[3], x.Rank)).To(x.DType)];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        bool shared = !c.IsBatched(1) && !c.IsBatched(2) && !c.IsBatched(3);
        if (shared)
            return [Engine.Apply(this, c.Values[0].Flatten(0, 1), c.Values[1], c.Values[2], c.Values[3]).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
        return [ChannelNorm.UnfoldChannels(Engine.Apply(this, ChannelNorm.FoldChannels(c.Expanded(0)), c.Expanded(1).Flatten(0, 1), c.Expanded(2).Flatten(0, 1), c.Expanded(3).Flatten(0, 1)), c.Size)];
    }
}
