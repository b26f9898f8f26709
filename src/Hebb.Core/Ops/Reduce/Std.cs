using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The standard deviation over some axes. Where it is 0 the gradient is taken to be 0.</summary>
internal sealed class StdOp : ReducePrimitive
{
    private double _correction;

    public StdOp(int[] axes, bool keepDim, double correction) : base(axes, keepDim) => _correction = correction;

    public StdOp() : base([], false)
    {
    }

    public override string Name => "std";

    public override string DisplayName => "Std";

    // The square root of a half would be taken of a variance that has been rounded.
    public override bool AcceptsHalf => false;

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Float("correction", ref _correction);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = RequireFloat(inputs[0].DType) };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        VarMeanOp.Run(c, inputs[0], y, null, Axes, _correction);
        for (long i = 0; i < y.Count; i++)
        {
            if (y.DType == DType.Float64)
                y.Data<double>()[i] = Math.Sqrt(y.Data<double>()[i]);
            else
                y.Data<float>()[i] = MathF.Sqrt(y.Data<float>()[i]);
        }
    }

    public override void Vjp(in VjpContext c)
    {
        var (x, shape) = (c.Input(0), c.InputSpec(0).Shape);
        var y = Kept(c.Output(), shape);
        var none = y.Equal(0.0);
        var scale = Kept(c.Grad(), shape) / (Tensor.Where(none, 1.0, y) * Math.Max(0, Counted(shape) - _correction));
        var mean = Axes.Length == 0 ? x : x.Mean(Axes, keepDim: true);
        c.Set(0, (x - mean) * Tensor.Where(none, 0.0, scale));
    }

    public override Primitive Shifted(int rank) => new StdOp(ShiftedAxes, KeepDim, _correction);
}

public sealed partial class Tensor
{
    /// <summary>The standard deviation of all elements, with Bessel's correction: squares are divided by their number less one.</summary>
    public Tensor Std() => Std(ReadOnlySpan<int>.Empty);

    /// <summary>The standard deviation along an axis. <paramref name="correction"/> is taken off the number of elements that squares are divided by: 1 for a sample, 0 for a whole population.</summary>
    public Tensor Std(int axis, double correction = 1, bool keepDim = false) => Std([axis], correction, keepDim);

    /// <summary>The standard deviation over several axes; none named means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor Std(ReadOnlySpan<int> axes, double correction = 1, bool keepDim = false) =>
        Engine.Apply(new StdOp(ReduceAxes.Normalize("Std", Shape, axes), keepDim, correction), this);
}
