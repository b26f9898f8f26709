using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Weighted sums of the last axis: x [..., in], weight [out, in] and perhaps a bias [out] give [..., out].</summary>
internal sealed class LinearOp : Primitive
{
    public static LinearOp Instance { get; } = new();

    public override string Name => "linear";

    public override string DisplayName => "Linear";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.Input0 | Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var (x, weight) = (inputs[0], inputs[1]);
        if (!x.DType.IsFloat || weight.DType != x.DType || inputs.Length > 2 && inputs[2].DType != x.DType)
            throw new DTypeException($"Linear: {x.DType.Name} by {weight.DType.Name} is not supported");
        Check(x.Shape, weight.Shape);
        if (inputs.Length > 2 && (inputs[2].Shape.Rank != 1 || inputs[2].Shape[0] != weight.Shape[0]))
            throw new ShapeException($"Linear: a bias {inputs[2].Shape} for a weight {weight.Shape}; it must be [{weight.Shape[0]}]");
        outputs[0] = x with { Shape = x.Shape.With(-1, weight.Shape[0]) };
    }

    /// <exception cref="ShapeException">The input's last axis is not the weight's.</exception>
    internal static void Check(in Shape x, in Shape weight)
    {
        if (weight.Rank != 2)
            throw new ShapeException($"Linear: a weight {weight}; it must be [out, in]");
        if (x.Rank == 0)
            throw new ShapeException($"Linear: {x} has no axis of inputs");
        if (x[-1] != weight[1])
            throw new ShapeException($"Linear: input {x}: the last axis is {x[-1]}, the weight {weight} takes {weight[1]} inputs");
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count * inputs[0].Shape[-1] + (inputs.Length > 2 ? outputs[0].Sizes.Count : 0);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var bias = inputs.Length > 2 ? inputs[2] : null;
        if (outputs[0].Count == 0)
            return;
        LinearKernel.Run(inputs[0], inputs[1], bias, outputs[0]);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var y = inputs[0].MatMul(inputs[1].MT);
        return [inputs.Length > 2 ? y + inputs[2] : y];
    }

    public override void Vjp(in VjpContext c)
    {
        var g = c.Grad();
        var weight = c.InputSpec(1).Shape;
        if (c.Needs(0))
            c.Set(0, g.MatMul(c.Input(1)));
        if (c.Needs(1))
        {
            int rows = checked((int)c.InputSpec(0).Shape[..^1].Count);
            c.Set(1, g.Reshape(rows, weight[0]).MT.MatMul(c.Input(0).Reshape(rows, weight[1])));
        }
        if (c.InputCount > 2 && c.Needs(2))
            c.Set(2, g.SumTo([weight[0]]));
    }

    public override void Jvp(in JvpContext c)
    {
        bool bias = c.InputCount > 2 && c.Has(2);
        Tensor? y = null;
        if (c.Has(0))
            y = bias ? Engine.Apply(this, c.Tangent(0), c.Input(1), c.Tangent(2)) : Engine.Apply(this, c.Tangent(0), c.Input(1));
        if (c.Has(1))
        {
            var t = bias && y is null ? Engine.Apply(this, c.Input(0), c.Tangent(1), c.Tangent(2)) : Engine.Apply(this, c.Input(0), c.Tangent(1));
            y = y is null ? t : y + t;
        }
        c.Set(0, y ?? c.Tangent(2).Expand(c.Output().Shape));
    }

    public override Tensor[] Batch(BatchContext c) => c.OnlyFirst ? [Engine.Apply(this, c.Values)] : c.Decomposed(this);
}

public sealed partial class Tensor
{
    /// <summary>
    /// x W' + b over the last axis: [..., in] by a weight [out, in] and a bias [out] gives [..., out], the bias in the same pass. Types meet
    /// by promotion.
    /// </summary>
    /// <exception cref="ShapeException">The last axis is not the weight's second, the weight has not two axes, or the bias is not [out].</exception>
    /// <exception cref="DTypeException">Bool, or a type for storage only.</exception>
    public Tensor Linear(Tensor weight, Tensor? bias = null)
    {
        LinearOp.Check(Shape, weight.Shape);
        var dtype = AutocastState.Promote(DType, weight.DType);
        if (bias is not null)
            dtype = AutocastState.Promote(dtype, bias.DType);
        if (dtype.IsFloat)
            return bias is null ? Engine.Apply(LinearOp.Instance, To(dtype), weight.To(dtype)) : Engine.Apply(LinearOp.Instance, To(dtype), weight.To(dtype), bias.To(dtype));
        var y = MatMul(weight.MT);
        return bias is null ? y : y + bias;
    }
}
