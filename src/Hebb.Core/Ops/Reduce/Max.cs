using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The largest or smallest elements along an axis, and where each stands: the first such place. The gradient goes there and nowhere else.</summary>
internal sealed class ExtremeOp : Primitive
{
    private int _axis;
    private bool _keepDim, _largest;

    public ExtremeOp(int axis, bool keepDim, bool largest)
    {
        _axis = axis;
        _keepDim = keepDim;
        _largest = largest;
    }

    public ExtremeOp()
    {
    }

    public override string Name => "extreme";

    public override string DisplayName => _largest ? "Max" : "Min";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Output1;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("keep_dim", ref _keepDim);
        v.Bool("largest", ref _largest);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ExtremeKernels.Check(DisplayName, inputs[0], _axis);
        outputs[0] = inputs[0] with { Shape = ReduceAxes.Result(inputs[0].Shape, [_axis], _keepDim) };
        outputs[1] = outputs[0] with { DType = DType.Int64 };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ExtremeKernels.Run(inputs[0], _axis, _largest, outputs[0], outputs[1]);

    public override void Vjp(in VjpContext c)
    {
        if (c.HasGrad(0))
            c.Set(0, Engine.Apply(new GatherScatterOp(c.InputSpec(0).Shape, _axis), Kept(c.Grad()), Kept(c.Output(1))));
    }

    public override void Jvp(in JvpContext c)
    {
        var tangent = c.Tangent(0).Gather(_axis, Kept(c.Output(1)));
        c.Set(0, _keepDim ? tangent : tangent.Squeeze(_axis));
    }

    private Tensor Kept(Tensor y) => _keepDim ? y : y.Unsqueeze(_axis);

    public override Primitive Shifted(int rank) => new ExtremeOp(_axis + 1, _keepDim, _largest);

    public static (Tensor Values, Tensor Indices) Apply(Tensor x, int axis, bool keepDim, bool largest)
    {
        axis = x.Shape.Axis(axis, largest ? "Max" : "Min");
        if (x.Rank == 0)
            (x, keepDim) = (x.Reshape([1]), false);
        var outputs = Engine.ApplyAll(new ExtremeOp(axis, keepDim, largest), x);
        return (outputs[0], outputs[1]);
    }
}

public sealed partial class Tensor
{
    /// <summary>The largest element; NaN if one is. Where several are equal the gradient is split evenly.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor Max() => Amax();

    /// <summary>The largest elements along an axis and their indices (Int64); of the first, if several are equal; of the first NaN, if there is one. The gradient goes to the element at the index.</summary>
    /// <exception cref="ShapeException">There is no such axis, or nothing along it.</exception>
    public (Tensor Values, Tensor Indices) Max(int axis, bool keepDim = false) => ExtremeOp.Apply(this, axis, keepDim, largest: true);

    /// <summary>The smallest element; NaN if one is. Where several are equal the gradient is split evenly.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor Min() => Amin();

    /// <summary>The smallest elements along an axis and their indices (Int64); of the first, if several are equal; of the first NaN, if there is one. The gradient goes to the element at the index.</summary>
    /// <exception cref="ShapeException">There is no such axis, or nothing along it.</exception>
    public (Tensor Values, Tensor Indices) Min(int axis, bool keepDim = false) => ExtremeOp.Apply(this, axis, keepDim, largest: false);
}
