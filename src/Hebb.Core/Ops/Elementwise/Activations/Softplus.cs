using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>log(1 + exp(beta * x)) / beta, and x itself where beta * x is above the threshold.</summary>
    [Op("softplus", Facade = false)]
    public struct Softplus(double beta, double threshold) : IUnaryOp<Softplus>
    {
        private double _beta = beta, _threshold = threshold;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V beta = Constant.Of<V, T>(_beta);
            V scaled = x * beta;
            V sum = V.Max(scaled, V.Zero) + VectorMath.Log1p<V, T>(VectorMath.Exp<V, T>(-V.Abs(scaled)));
            return V.Select(V.Greater(scaled, Constant.Of<V, T>(_threshold)), x, sum / beta);
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<SoftplusGrad>.Apply(d, x, new SoftplusGrad(_beta, _threshold));

        public void Describe(AttributeVisitor v)
        {
            v.Float("beta", ref _beta);
            v.Float("threshold", ref _threshold);
        }
    }

    /// <summary>d * sigmoid(beta * x), and d where beta * x is above the threshold.</summary>
    [Op("softplus_grad", Facade = false)]
    public struct SoftplusGrad(double beta, double threshold) : IBinaryOp<SoftplusGrad>
    {
        private double _beta = beta, _threshold = threshold;

        public static OpDomain Domain => OpDomain.Float;

        public readonly V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V scaled = b * Constant.Of<V, T>(_beta);
            return V.Select(V.Greater(scaled, Constant.Of<V, T>(_threshold)), a, a * VectorMath.Sigmoid<V, T>(scaled));
        }

        public readonly Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<SoftplusGrad>.Apply(d, b, this);

        public readonly Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
        {
            var scaled = b * _beta;
            return Binary<Gate>.Apply(Binary<SigmoidGrad>.Apply(d * a * _beta, scaled.Sigmoid()), scaled, new Gate(double.NegativeInfinity, _threshold, GateKind.Closed));
        }

        public void Describe(AttributeVisitor v)
        {
            v.Float("beta", ref _beta);
            v.Float("threshold", ref _threshold);
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>log(1 + exp(beta * x)) / beta, elementwise: a smooth relu. Integers give Float32.</summary>
        /// <param name="beta">How sharp the bend is.</param>
        /// <param name="threshold">Where beta * x is above it, the value is x.</param>
        public Tensor Softplus(double beta = 1, double threshold = 20) => Unary<Softplus>.Apply(this, new Softplus(beta, threshold));
    }
}
