using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Whether any element is true; those of other types are true unless 0.</summary>
internal sealed class AnyOp : ReducePrimitive
{
    public AnyOp(int[] axes, bool keepDim) : base(axes, keepDim)
    {
    }

    public AnyOp() : base([], false)
    {
    }

    public override string Name => "any";

    public override string DisplayName => "Any";

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.None;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        RequireOrder(inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = DType.Bool };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        Reductions.Run(c, default(MaxReducer<byte>), inputs[0], Axes, DType.Bool, outputs[0].Data<byte>());

    public override Primitive Shifted(int rank) => new AnyOp(ShiftedAxes, KeepDim);
}

public sealed partial class Tensor
{
    /// <summary>Whether any element is true (not 0), as a Bool scalar. False if there are none.</summary>
    public Tensor Any() => Any(ReadOnlySpan<int>.Empty);

    /// <summary>Whether any element along an axis is true (not 0).</summary>
    public Tensor Any(int axis, bool keepDim = false) => Any([axis], keepDim);

    /// <summary>Whether any element along some axes is true (not 0); none named means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Any(ReadOnlySpan<int> axes, bool keepDim = false) => Engine.Apply(new AnyOp(ReduceAxes.Normalize("Any", Shape, axes), keepDim), this);
}
