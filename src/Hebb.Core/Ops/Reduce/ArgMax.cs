using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Where the largest or smallest element along an axis stands: the first such place.</summary>
internal sealed class ArgExtremeOp : Primitive
{
    private int _axis;
    private bool _keepDim, _largest;

    public ArgExtremeOp(int axis, bool keepDim, bool largest)
    {
        _axis = axis;
        _keepDim = keepDim;
        _largest = largest;
    }

    public ArgExtremeOp()
    {
    }

    public override string Name => "arg_extreme";

    public override string DisplayName => _largest ? "ArgMax" : "ArgMin";

    public override Saved Saves => Saved.None;

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
        outputs[0] = inputs[0] with { Shape = ReduceAxes.Result(inputs[0].Shape, [_axis], _keepDim), DType = DType.Int64 };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ExtremeKernels.Run(inputs[0], _axis, _largest, null, outputs[0]);

    public override Primitive Shifted(int rank) => new ArgExtremeOp(_axis + 1, _keepDim, _largest);

    public static Tensor Apply(Tensor x, int? axis, bool keepDim, bool largest)
    {
        if (x.Rank == 0)
            (x, keepDim) = (x.Reshape([1]), false);
        else if (axis is null && x.Rank > 1)
            (x, axis, keepDim) = (x.Reshape(-1), 0, false);
        return Engine.Apply(new ArgExtremeOp(x.Shape.Axis(axis ?? 0, largest ? "ArgMax" : "ArgMin"), keepDim, largest), x);
    }
}

public sealed partial class Tensor
{
    /// <summary>The index (Int64) of the largest element in row-major order; of the first, if several are equal; of the first NaN, if there is one.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor ArgMax() => ArgExtremeOp.Apply(this, null, false, largest: true);

    /// <summary>The indices (Int64) of the largest elements along an axis; of the first, if several are equal; of the first NaN, if there is one.</summary>
    /// <exception cref="ShapeException">There is no such axis, or nothing along it.</exception>
    public Tensor ArgMax(int axis, bool keepDim = false) => ArgExtremeOp.Apply(this, Shape.Axis(axis), keepDim, largest: true);

    /// <summary>The index (Int64) of the smallest element in row-major order; of the first, if several are equal; of the first NaN, if there is one.</summary>
    /// <exception cref="ShapeException">There are no elements.</exception>
    public Tensor ArgMin() => ArgExtremeOp.Apply(this, null, false, largest: false);

    /// <summary>The indices (Int64) of the smallest elements along an axis; of the first, if several are equal; of the first NaN, if there is one.</summary>
    /// <exception cref="ShapeException">There is no such axis, or nothing along it.</exception>
    public Tensor ArgMin(int axis, bool keepDim = false) => ArgExtremeOp.Apply(this, Shape.Axis(axis), keepDim, largest: false);
}
