using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The magnitudes of complex numbers.</summary>
internal sealed class ComplexAbsOp : Primitive
{
    public static ComplexAbsOp Instance { get; } = new();

    public override string Name => "complex_abs";

    public override string DisplayName => "Abs";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsComplex)
            throw new DTypeException($"Abs: {inputs[0].DType.Name} is not complex");
        outputs[0] = inputs[0] with { DType = inputs[0].DType.RealPart };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ParallelFor.Ranges(outputs[0].Count, 16 << 10, new Body(inputs[0].Pointer, outputs[0].Pointer, outputs[0].DType == DType.Float32));

    // z / |z| points where |z| grows; where z is 0 the divisor becomes 1, and the gradient 0.
    public override void Vjp(in VjpContext c)
    {
        var y = c.Output();
        c.Set(0, c.Input(0) * (c.Grad() / (y + y.Equal(0.0).To(y.DType))));
    }

    private readonly unsafe struct Body(byte* x, byte* y, bool single) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            if (single)
            {
                // Squares of floats neither overflow nor vanish in double.
                for (long i = begin; i < end; i++)
                {
                    double re = ((float*)x)[2 * i], im = ((float*)x)[2 * i + 1], square = re * re + im * im;
                    ((float*)y)[i] = double.IsFinite(square) ? (float)Math.Sqrt(square) : (float)double.Hypot(re, im);
                }
                return;
            }
            for (long i = begin; i < end; i++)
            {
                double re = ((double*)x)[2 * i], im = ((double*)x)[2 * i + 1], square = re * re + im * im;
                ((double*)y)[i] = square is > 1e-280 and < 1e300 ? Math.Sqrt(square) : double.Hypot(re, im);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>The magnitude |x|, elementwise; real for complex tensors. The smallest signed integer stays as it is.</summary>
    /// <remarks>The derivative at 0 is 0.</remarks>
    public Tensor Abs() => DType.IsComplex ? Engine.Apply(ComplexAbsOp.Instance, this) : Unary<Abs>.Apply(this);

    /// <summary>The angle of complex numbers in the plane, from -pi to pi; for a real tensor 0, or pi where it is negative. Integers give Float32.</summary>
    public Tensor Angle()
    {
        if (DType.IsComplex)
            return Imag().Atan2(Real());
        var x = DType.IsFloat ? this : To(DType.Float32);
        return Where(x.IsNaN(), x, (x < 0.0).To(x.DType) * Math.PI);
    }

    /// <summary>Complex numbers of the given magnitudes and angles in radians, which broadcast.</summary>
    /// <exception cref="DTypeException">The two meet in a type other than Float32 and Float64.</exception>
    public static Tensor Polar(Tensor abs, Tensor angle) => Complex(abs * angle.Cos(), abs * angle.Sin());
}
