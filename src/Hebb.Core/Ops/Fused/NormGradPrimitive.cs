using System.Numerics;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// The backward pass of a normalisation. Inputs: the gradient g of y, x, the statistics, the weight if affine.
/// Outputs: the gradient of x and, if affine, those of weight and bias.
/// </summary>
internal abstract class NormGradPrimitive(bool affine) : Primitive
{
    protected bool _affine = affine;

    /// <summary>How many inputs are statistics.</summary>
    protected abstract int Statistics { get; }

    public override int Outputs => _affine ? 3 : 1;

    public override Saved Saves => Saved.Inputs;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape != inputs[1].Shape)
            throw new ShapeException($"{DisplayName}: gradient {inputs[0].Shape} and input {inputs[1].Shape} differ");
        outputs[0] = inputs[1];
        if (_affine)
            outputs[1] = outputs[2] = inputs[2 + Statistics];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 12 * outputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[1].DType == DType.Float64)
            Run<double>(c, inputs, outputs);
        else
            Run<float>(c, inputs, outputs);
    }

    protected abstract void Run<T>(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>;
}
