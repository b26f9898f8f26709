using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The mean over some axes.</summary>
internal sealed class MeanOp : ReducePrimitive
{
    public MeanOp(int[] axes, bool keepDim) : base(axes, keepDim)
    {
    }

    public MeanOp() : base([], false)
    {
    }

    public override string Name => "mean";

    public override string DisplayName => "Mean";

    public override bool ReadsOnce => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = RequireFloat(inputs[0].DType, complex: true) };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        double count = Counted(inputs[0].Shape);
        if (y.DType.RealPart == DType.Float64)
        {
            double* to = y.Data<double>();
            Reductions.Run(c, default(SumReducer<double>), inputs[0], Axes, DType.Float64, to);
            for (long i = 0, n = y.DType.IsComplex ? 2 * y.Count : y.Count; i < n; i++)
                to[i] /= count;
            return;
        }
        // A sum of halves may lie past their range where the mean does not.
        var wide = y.DType.IsHalf ? new Tensor(y.Spec with { DType = DType.Float32 }) : y;
        float* single = wide.Data<float>();
        Reductions.Run(c, default(SumReducer<float>), inputs[0], Axes, DType.Float32, single);
        for (long i = 0, n = y.DType.IsComplex ? 2 * y.Count : y.Count; i < n; i++)
            single[i] = (float)(single[i] / count);
        if (wide != y)
            Copying.Convert(wide, y);
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        c.Set(0, Spread(c.Grad() * (1.0 / Counted(shape)), shape));
    }

    public override Primitive Shifted(int rank) => new MeanOp(ShiftedAxes, KeepDim);
}

public sealed partial class Tensor
{
    /// <summary>The mean of all elements; NaN if there are none.</summary>
    /// <exception cref="DTypeException">The elements are integers or Bool: cast them first.</exception>
    public Tensor Mean() => Mean(ReadOnlySpan<int>.Empty);

    /// <summary>The mean over one axis.</summary>
    public Tensor Mean(int axis, bool keepDim = false, DType? dtype = null) => Mean([axis], keepDim, dtype);

    /// <summary>The mean over several axes; none named means all. With <paramref name="keepDim"/> they stay, with size 1.</summary>
    /// <param name="axes">Negative ones count from the end.</param>
    /// <param name="keepDim">Keeps reduced axes, with size 1.</param>
    /// <param name="dtype">The type to which elements are converted first.</param>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are integers or Bool: cast them, or name a type.</exception>
    public Tensor Mean(ReadOnlySpan<int> axes, bool keepDim = false, DType? dtype = null) =>
        Engine.Apply(new MeanOp(ReduceAxes.Normalize("Mean", Shape, axes), keepDim), dtype is { } type ? To(type) : this);
}
