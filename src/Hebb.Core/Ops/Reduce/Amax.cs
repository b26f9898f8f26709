using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The largest or smallest elements over some axes. The gradient is split evenly among equal ones.</summary>
internal sealed class AmaxOp : ReducePrimitive
{
    private bool _largest;

    public AmaxOp(int[] axes, bool keepDim, bool largest) : base(axes, keepDim) => _largest = largest;

    public AmaxOp() : base([], false)
    {
    }

    public override string Name => "amax";

    public override string DisplayName => _largest ? "Amax" : "Amin";

    public override bool ReadsOnce => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("largest", ref _largest);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        RequireOrder(inputs[0].DType);
        RequireElements(inputs[0]);
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]) };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0].DType.IsHalf ? new Tensor(outputs[0].Spec with { DType = DType.Float32 }) : outputs[0];
        NumberTypes.Call(y.DType, new Call(c, inputs[0], y, Axes, _largest));
        if (y != outputs[0])
            Copying.Convert(y, outputs[0]);
    }

    private readonly struct Call(CpuContext c, Tensor x, Tensor y, int[] axes, bool largest) : INumberCall
    {
        public unsafe void Invoke<T>() where T : unmanaged, INumber<T>
        {
            var compute = OpDomains.Compute(y.DType);
            if (largest)
                Reductions.Run(c, default(MaxReducer<T>), x, axes, compute, y.Data<T>());
            else
                Reductions.Run(c, default(MinReducer<T>), x, axes, compute, y.Data<T>());
        }
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        var chosen = c.Input(0).Equal(Kept(c.Output(), shape));
        c.Set(0, Tensor.Where(chosen, Kept(c.Grad(), shape) / Ties(chosen, c.Grad().DType), 0.0));
    }

    public override void Jvp(in JvpContext c)
    {
        var chosen = c.Input(0).Equal(Kept(c.Output(), c.Input(0).Shape));
        c.Set(0, Axes.Length == 0 ? c.Tangent(0) : Tensor.Where(chosen, c.Tangent(0) / Ties(chosen, c.Output().DType), 0.0).Sum(Axes, KeepDim));
    }

    /// <summary>How many equal elements there are.</summary>
    private Tensor Ties(Tensor chosen, DType dtype) => (Axes.Length == 0 ? chosen : chosen.Sum(Axes, keepDim: true)).To(dtype);

    public override Primitive Shifted(int rank) => new AmaxOp(ShiftedAxes, KeepDim, _largest);
}

public sealed partial class Tensor
{
    /// <summary>The largest element; NaN if one is.</summary>
    public Tensor Amax() => Amax(ReadOnlySpan<int>.Empty);

    /// <summary>The largest elements along an axis; NaN where one is.</summary>
    public Tensor Amax(int axis, bool keepDim = false) => Amax([axis], keepDim);

    /// <summary>The largest elements over several axes; none named means all. Where several are equal the gradient is split evenly.</summary>
    /// <exception cref="ShapeException">An axis does not exist, is named twice, or is empty.</exception>
    public Tensor Amax(ReadOnlySpan<int> axes, bool keepDim = false) => Engine.Apply(new AmaxOp(ReduceAxes.Normalize("Amax", Shape, axes), keepDim, largest: true), this);

    /// <summary>The smallest element; NaN if one is.</summary>
    public Tensor Amin() => Amin(ReadOnlySpan<int>.Empty);

    /// <summary>The smallest elements along an axis; NaN where one is.</summary>
    public Tensor Amin(int axis, bool keepDim = false) => Amin([axis], keepDim);

    /// <summary>The smallest elements over several axes; none named means all. Where several are equal the gradient is split evenly.</summary>
    /// <exception cref="ShapeException">An axis does not exist, is named twice, or is empty.</exception>
    public Tensor Amin(ReadOnlySpan<int> axes, bool keepDim = false) => Engine.Apply(new AmaxOp(ReduceAxes.Normalize("Amin", Shape, axes), keepDim, largest: false), this);
}
