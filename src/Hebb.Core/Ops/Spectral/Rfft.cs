using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The first n / 2 + 1 coefficients of the Fourier transform of n real numbers along one axis, times a factor; those between the first and
/// the one at n / 2 also times another, with which this op and <see cref="IrfftOp"/> are each other's adjoint.
/// </summary>
internal sealed class RfftOp : Primitive
{
    private int _axis;
    private double _scale;
    private double _interior;

    public RfftOp(int axis, double scale, double interior = 1)
    {
        _axis = axis;
        _scale = scale;
        _interior = interior;
    }

    public RfftOp()
    {
    }

    public override string Name => "rfft";

    public override string DisplayName => "Rfft";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Float("scale", ref _scale);
        v.Float("interior", ref _interior);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (!x.DType.IsFloat)
            throw new DTypeException($"Rfft: {x.DType.Name} is not a real floating type");
        FftShapes.CheckLength("Rfft", x.Shape, _axis, x.Shape[_axis]);
        outputs[0] = x with
        {
            Shape = x.Shape.With(_axis, x.Shape[_axis] / 2 + 1),
            DType = x.DType == DType.Float64 ? DType.Complex128 : DType.Complex64,
        };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (long)(2.5 * inputs[0].Sizes.Count * Math.Log2(Math.Max(inputs[0].Shape[_axis], 2)));

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        int n = inputs[0].Shape[_axis];
        if (outputs[0].DType == DType.Complex64)
            FftAxis.Run<float, Complex64, Row<float, Complex64>>(new(n, _scale, _interior), inputs[0], outputs[0], _axis);
        else
            FftAxis.Run<double, Complex, Row<double, Complex>>(new(n, _scale, _interior), inputs[0], outputs[0], _axis);
    }

    // The inverse counts interior coefficients twice, for their conjugates that are not stored.
    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new IrfftOp(c.InputSpec(0).Shape[_axis], _axis, _scale, _interior / 2), c.Grad()));

    public override Primitive Shifted(int rank) => new RfftOp(_axis + 1, _scale, _interior);

    private readonly unsafe struct Row<T, TComplex>(int n, double scale, double interior) : IRowTransform<T, TComplex>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TComplex : unmanaged
    {
        private readonly RealFftPlan<T> _plan = RealFftPlan<T>.For(n);

        public long ScratchBytes => _plan.ScratchLength * sizeof(T);

        public void Invoke(T* x, TComplex* y, byte* scratch)
        {
            _plan.Forward(x, (T*)y, T.CreateTruncating(scale), (T*)scratch);
            if (interior != 1)
                RowOps.Scale(2 * ((n + 1) / 2 - 1), T.CreateTruncating(interior), (T*)y + 2);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The Fourier transform of a real tensor along an axis, the first n / 2 + 1 coefficients: the others are their conjugates. The result
    /// is Complex64, or Complex128 for Float64; integers are taken as Float32.
    /// </summary>
    /// <param name="n">Points to transform: the axis is cropped, or padded with zeros at its end. By default its size.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="norm">How the result is scaled.</param>
    /// <exception cref="ShapeException">There is no such axis, or no point on it.</exception>
    /// <exception cref="DTypeException">The tensor is complex.</exception>
    public Tensor Rfft(int? n = null, int axis = -1, FftNorm norm = FftNorm.Backward)
    {
        axis = FftShapes.Axis("Rfft", this, axis);
        int points = n ?? Shape[axis];
        FftShapes.CheckLength("Rfft", Shape, axis, points);
        var x = FftShapes.Fit(FftShapes.ToReal("Rfft", this), axis, points);
        return Engine.Apply(new RfftOp(axis, norm.Scale(points, inverse: false)), x);
    }
}
