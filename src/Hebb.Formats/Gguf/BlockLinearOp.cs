using Hebb.Ops;

namespace Hebb.Gguf;

/// <summary>x [..., in] by a matrix of packed blocks [out, in], which belongs to the op: [..., out].</summary>
internal sealed class BlockLinearOp(GgufTensor weight) : Primitive
{
    public override string Name => "block_linear";

    public override string DisplayName => "GgufLinear";

    public override bool HasDecomposition => true;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].DType != DType.Float32)
            throw new DTypeException($"GgufLinear: {inputs[0].DType.Name} by {weight.Type}; the input must be float32");
        LinearOp.Check(inputs[0].Shape, weight.Shape);
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.With(-1, weight.Shape[0]) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count * weight.Shape[1];

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0];
        BlockProduct.Run(weight.Type, weight.Stored.Data<byte>(), x.Data<float>(), outputs[0].Data<float>(), checked((int)x.Shape[..^1].Count), weight.Shape[1], weight.Shape[0]);
        GC.KeepAlive(weight.Stored);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs) => [inputs[0].Linear(weight.ToTensor())];
}
