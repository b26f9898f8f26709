using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Whether all elements are true; those of other types are true unless 0.</summary>
internal sealed class AllOp : ReducePrimitive
{
    public AllOp(int[] axes, bool keepDim) : base(axes, keepDim)
    {
    }

    public AllOp() : base([], false)
    {
    }

    public override string Name => "all";

    public override string DisplayName => "All";

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.None;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        RequireOrder(inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = DType.Bool };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        Reductions.Run(c, default(AndReducer), inputs[0], Axes, DType.Bool, outputs[0].Data<byte>());

    public override Primitive Shifted(int rank) => new AllOp(ShiftedAxes, KeepDim);

    private readonly struct AndReducer : IReducer<byte>
    {
        public byte Identity => 1;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, byte> => x;

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, byte> => a & b;
    }
}

public sealed partial class Tensor
{
    /// <summary>Whether all elements are true (not 0), as a Bool scalar. True if there are none.</summary>
    public Tensor All() => All(ReadOnlySpan<int>.Empty);

    /// <summary>Whether all elements along an axis are true (not 0).</summary>
    public Tensor All(int axis, bool keepDim = false) => All([axis], keepDim);

    /// <summary>Whether all elements along some axes are true (not 0); none named means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor All(ReadOnlySpan<int> axes, bool keepDim = false) => Engine.Apply(new AllOp(ReduceAxes.Normalize("All", Shape, axes), keepDim), this);
}
