using System.Numerics;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>a to the power b.</summary>
    [Op("pow", Facade = false, Onnx = "Pow")]
    public readonly struct Pow : IBinaryOp<Pow>, IComplexBinaryOp
    {
        public static Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output0;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            Lane.IsFloat<T>() ? VectorMath.Pow<V, T>(a, b) : V.Map2<IntegerLanes.Pow<T>>(a, b);

        public Complex Invoke(Complex a, Complex b) => Complex.Pow(a, b);

        // Where both are 0 the derivative is 0, not 0 * 0^-1: another base is put there, so that no NaN comes up in higher derivatives either.
        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y)
        {
            if (!a.DType.IsComplex && !b.DType.IsComplex)
                a = Tensor.Where(a.LogicalNot().LogicalAnd(b.LogicalNot()), 1.0, a);
            return d * (b * a.Pow(b - 1.0));
        }

        // 0^b is flat in b for b from 0 on; below, the derivative is infinite.
        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
        {
            if (!a.DType.IsComplex && !b.DType.IsComplex)
                a = Tensor.Where(a.LogicalNot().LogicalAnd(b >= 0L), 1.0, a);
            return d * (y * a.Log());
        }
    }

    /// <summary>x to the power of a number.</summary>
    [Op("pow_scalar", Facade = false)]
    public struct PowScalar(double exponent) : IUnaryOp<PowScalar>, IComplexUnaryOp
    {
        private double _exponent = exponent;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Pow<V, T>(x, Constant.Of<V, T>(_exponent));

        public readonly Complex Invoke(Complex x) => Complex.Pow(x, _exponent);

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => _exponent == 0 ? Tensor.ZerosLike(d) : d * (x.Pow(_exponent - 1) * _exponent);

        public void Describe(AttributeVisitor v) => v.Float("exponent", ref _exponent);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>This tensor to the power <paramref name="exponent"/>, elementwise with broadcasting. Integers wrap; their negative powers are 0, but for those of 1 and -1.</summary>
        /// <remarks>The gradient by a base of 0 with the exponent 0, and by the exponent of a base of 0 (exponent 0 or more), is 0; that by the exponent of a negative base is NaN.</remarks>
        public Tensor Pow(Tensor exponent) => Binary<Pow>.Apply(this, exponent);

        /// <summary>This tensor to the power <paramref name="exponent"/>, elementwise. Integers give Float32.</summary>
        public Tensor Pow(double exponent)
        {
            var x = DType.IsFloat || DType.IsComplex ? this : To(DType.Float32);
            return exponent switch
            {
                1 => x,
                2 => x.Square(),
                3 => x.Square() * x,
                0.5 => x.Sqrt(),
                -0.5 => x.Rsqrt(),
                -1 => x.Reciprocal(),
                _ => Unary<PowScalar>.Apply(x, new PowScalar(exponent)),
            };
        }

        /// <summary>This tensor to the power <paramref name="exponent"/>, elementwise. Integers keep their type and wrap.</summary>
        /// <exception cref="DTypeException">An integer tensor to a negative power.</exception>
        public Tensor Pow(long exponent)
        {
            if (DType.IsFloat || DType.IsComplex)
                return Pow((double)exponent);
            if (exponent < 0)
                throw new DTypeException($"Pow: {DType.Name} to the negative power {exponent}; cast to a float type first, with To(DType.Float32)");
            return Binary<Pow>.Apply(this, exponent);
        }

        /// <summary><paramref name="value"/> to the power of each element. Integers give Float32.</summary>
        public static Tensor Pow(double value, Tensor exponent) => Binary<Pow>.Apply(value, exponent);

        /// <summary><paramref name="value"/> to the power of each element. Integers keep their type and wrap.</summary>
        public static Tensor Pow(long value, Tensor exponent) => Binary<Pow>.Apply(value, exponent);
    }
}
