using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// n real numbers from the first n / 2 + 1 of their Fourier coefficients along one axis, times a factor; the coefficients between the first
/// and the one at n / 2 are first multiplied by another (see <see cref="RfftOp"/>).
/// </summary>
internal sealed class IrfftOp : Primitive
{
    private int _n;
    private int _axis;
    private double _scale;
    private double _interior;

    public IrfftOp(int n, int axis, double scale, double interior = 1)
    {
        _n = n;
        _axis = axis;
        _scale = scale;
        _interior = interior;
    }

    public IrfftOp()
    {
    }

    public override string Name => "irfft";

    public override string DisplayName => "Irfft";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("n", ref _n);
        v.Int("axis", ref _axis);
        v.Float("scale", ref _scale);
        v.Float("interior", ref _interior);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (!x.DType.IsComplex)
            throw new DTypeException($"Irfft: {x.DType.Name} is not complex");
        FftShapes.CheckLength("Irfft", x.Shape, _axis, _n);
        if (x.Shape[_axis] != _n / 2 + 1)
            throw new ShapeException($"Irfft: {_n} points need {_n / 2 + 1} coefficients along axis {_axis} of {x.Shape}");
        outputs[0] = x with { Shape = x.Shape.With(_axis, _n), DType = x.DType.RealPart };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (long)(2.5 * outputs[0].Sizes.Count * Math.Log2(Math.Max(outputs[0].Shape[_axis], 2)));

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            FftAxis.Run<Complex64, float, Row<float, Complex64>>(new(_n, _scale, _interior), inputs[0], outputs[0], _axis);
        else
            FftAxis.Run<Complex, double, Row<double, Complex>>(new(_n, _scale, _interior), inputs[0], outputs[0], _axis);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new RfftOp(_axis, _scale, 2 * _interior), c.Grad()));

    public override Primitive Shifted(int rank) => new IrfftOp(_n, _axis + 1, _scale, _interior);

    private readonly unsafe struct Row<T, TComplex>(int n, double scale, double interior) : IRowTransform<TComplex, T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TComplex : unmanaged
    {
        private readonly RealFftPlan<T> _plan = RealFftPlan<T>.For(n);

        // The scaled copy of a row comes first.
        private readonly long _copy = interior == 1 ? 0 : (2L * (n / 2 + 1) + 15) & ~15;

        public long ScratchBytes => (_plan.ScratchLength + _copy) * sizeof(T);

        public void Invoke(TComplex* x, T* y, byte* scratch)
        {
            T* row = (T*)x, work = (T*)scratch + _copy;
            if (interior != 1)
            {
                row = (T*)scratch;
                new ReadOnlySpan<TComplex>(x, n / 2 + 1).CopyTo(new Span<TComplex>(row, n / 2 + 1));
                RowOps.Scale(2 * ((n + 1) / 2 - 1), T.CreateTruncating(interior), row + 2);
            }
            _plan.Inverse(row, y, T.CreateTruncating(scale), work);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The inverse of <see cref="Rfft"/>: real numbers from the first half of their Fourier coefficients. The imaginary parts of the first
    /// coefficient, and for even n of the one at n / 2, have no effect.
    /// </summary>
    /// <param name="n">Points of the result, which the number of coefficients leaves open: by default the even one, twice the axis less 2. The axis is cropped or padded to n / 2 + 1.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="norm">How the result is scaled.</param>
    /// <exception cref="ShapeException">There is no such axis, or n is below 1.</exception>
    public Tensor Irfft(int? n = null, int axis = -1, FftNorm norm = FftNorm.Backward)
    {
        axis = FftShapes.Axis("Irfft", this, axis);
        int points = n ?? 2 * (Shape[axis] - 1);
        FftShapes.CheckLength("Irfft", Shape, axis, points);
        var x = FftShapes.Fit(FftShapes.ToComplex(this), axis, points / 2 + 1);
        return Engine.Apply(new IrfftOp(points, axis, norm.Scale(points, inverse: true)), x);
    }
}
