using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The discrete Fourier transform of complex numbers along one axis, in either direction, times a factor.</summary>
internal sealed class FftOp : Primitive
{
    private int _axis;
    private bool _inverse;
    private double _scale;

    public FftOp(int axis, bool inverse, double scale)
    {
        _axis = axis;
        _inverse = inverse;
        _scale = scale;
    }

    public FftOp()
    {
    }

    public override string Name => "fft";

    public override string DisplayName => _inverse ? "Ifft" : "Fft";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("inverse", ref _inverse);
        v.Float("scale", ref _scale);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsComplex)
            throw new DTypeException($"{DisplayName}: {inputs[0].DType.Name} is not complex");
        FftShapes.CheckLength(DisplayName, inputs[0].Shape, _axis, inputs[0].Shape[_axis]);
        outputs[0] = inputs[0];
    }

    // The usual 5 n log2(n) of a complex transform.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (long)(5 * inputs[0].Sizes.Count * Math.Log2(Math.Max(inputs[0].Shape[_axis], 2)));

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Complex64)
            FftAxis.Run<Complex64, Complex64, Row<float, Complex64>>(new(outputs[0].Shape[_axis], _inverse, _scale), inputs[0], outputs[0], _axis);
        else
            FftAxis.Run<Complex, Complex, Row<double, Complex>>(new(outputs[0].Shape[_axis], _inverse, _scale), inputs[0], outputs[0], _axis);
    }

    // The conjugate transpose of the matrix of the transform is that of the other direction.
    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new FftOp(_axis, !_inverse, _scale), c.Grad()));

    public override Primitive Shifted(int rank) => new FftOp(_axis + 1, _inverse, _scale);

    private readonly unsafe struct Row<T, TComplex>(int n, bool inverse, double scale) : IRowTransform<TComplex, TComplex>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TComplex : unmanaged
    {
        private readonly FftPlan<T> _plan = FftPlan<T>.For(n);

        public long ScratchBytes => _plan.ScratchLength * sizeof(T);

        public void Invoke(TComplex* x, TComplex* y, byte* scratch) => _plan.Transform((T*)x, (T*)y, inverse, T.CreateTruncating(scale), (T*)scratch);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The discrete Fourier transform along an axis: Y[k] = s sum_j x[j] exp(-2 pi i j k / n). A real tensor is taken as complex; the
    /// result is Complex64, or Complex128 for double precision.
    /// </summary>
    /// <param name="n">Points to transform: the axis is cropped, or padded with zeros at its end. By default its size.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="norm">The factor s: 1, 1 / sqrt(n) or 1 / n.</param>
    /// <exception cref="ShapeException">There is no such axis, or no point on it.</exception>
    public Tensor Fft(int? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Fft(n, axis, norm, inverse: false);

    /// <summary>The inverse of <see cref="Fft(int?, int, FftNorm)"/>, with exp(+2 pi i j k / n).</summary>
    /// <exception cref="ShapeException">There is no such axis, or no point on it.</exception>
    public Tensor Ifft(int? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Fft(n, axis, norm, inverse: true);

    private Tensor Fft(int? n, int axis, FftNorm norm, bool inverse)
    {
        string name = inverse ? "Ifft" : "Fft";
        axis = FftShapes.Axis(name, this, axis);
        int points = n ?? Shape[axis];
        FftShapes.CheckLength(name, Shape, axis, points);
        var x = FftShapes.Fit(FftShapes.ToComplex(this), axis, points);
        return Engine.Apply(new FftOp(axis, inverse, norm.Scale(points, inverse)), x);
    }
}
