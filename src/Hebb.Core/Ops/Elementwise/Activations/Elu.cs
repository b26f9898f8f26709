using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>positive * x above 0, negative * (exp(rate * x) - 1) below: elu, celu and selu.</summary>
    [Op("elu", Facade = false)]
    public struct Elu(double positive, double negative, double rate) : IUnaryOp<Elu>
    {
        private double _positive = positive, _negative = negative, _rate = rate;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            V.Select(V.Greater(x, V.Zero), x * Constant.Of<V, T>(_positive), VectorMath.Expm1<V, T>(x * Constant.Of<V, T>(_rate)) * Constant.Of<V, T>(_negative));

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<EluGrad>.Apply(d, x, new EluGrad(_positive, _negative * _rate, _rate));

        public void Describe(AttributeVisitor v)
        {
            v.Float("positive", ref _positive);
            v.Float("negative", ref _negative);
            v.Float("rate", ref _rate);
        }
    }

    /// <summary>d times positive where x is above 0, times negative * exp(rate * x) elsewhere: its own derivative too, with other factors.</summary>
    [Op("elu_grad", Facade = false)]
    public struct EluGrad(double positive, double negative, double rate) : IBinaryOp<EluGrad>
    {
        private double _positive = positive, _negative = negative, _rate = rate;

        public static OpDomain Domain => OpDomain.Float;

        public readonly V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            a * V.Select(V.Greater(b, V.Zero), Constant.Of<V, T>(_positive), VectorMath.Exp<V, T>(b * Constant.Of<V, T>(_rate)) * Constant.Of<V, T>(_negative));

        public readonly Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<EluGrad>.Apply(d, b, this);

        public readonly Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<EluGrad>.Apply(d * a, b, new EluGrad(0, _negative * _rate, _rate));

        public void Describe(AttributeVisitor v)
        {
            v.Float("positive", ref _positive);
            v.Float("negative", ref _negative);
            v.Float("rate", ref _rate);
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x where it is positive, else alpha * (exp(x) - 1), elementwise (Clevert et al. 2015). Integers give Float32.</summary>
        public Tensor Elu(double alpha = 1) => Unary<Elu>.Apply(this, new Elu(1, alpha, 1));

        /// <summary>The self-normalising elu, elementwise (Klambauer et al. 2017): elu scaled so that mean 0 and variance 1 are kept. Integers give Float32.</summary>
        public Tensor Selu()
        {
            const double Alpha = 1.6732632423543772848170429916717, Scale = 1.0507009873554804934193349852946;
            return Unary<Elu>.Apply(this, new Elu(Scale, Scale * Alpha, 1));
        }

        /// <summary>x where it is positive, else alpha * (exp(x / alpha) - 1), elementwise; smooth for every alpha (Barron 2017). Integers give Float32.</summary>
        /// <exception cref="DataException"><paramref name="alpha"/> is 0.</exception>
        public Tensor Celu(double alpha = 1)
        {
            if (alpha == 0)
                throw new DataException("Celu: alpha is 0; it divides x");
            return Unary<Elu>.Apply(this, new Elu(1, alpha, 1 / alpha));
        }
    }
}
