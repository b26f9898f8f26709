using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x moved towards 0 by lambda, no further than 0.</summary>
    [Op("softshrink", Facade = false)]
    public struct Softshrink(double lambda) : IUnaryOp<Softshrink>
    {
        private double _lambda = lambda;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V lambda = Constant.Of<V, T>(_lambda);
            return V.AndNot(x - V.CopySign(lambda, x), V.LessEqual(V.Abs(x), lambda));
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d, x, new Gate(-_lambda, _lambda, GateKind.Outside));

        public void Describe(AttributeVisitor v) => v.Float("lambda", ref _lambda);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x moved towards 0 by <paramref name="lambda"/>, no further than 0, elementwise; NaN stays. Integers give Float32.</summary>
        /// <exception cref="DataException"><paramref name="lambda"/> is negative.</exception>
        public Tensor Softshrink(double lambda = 0.5)
        {
            if (lambda < 0)
                throw new DataException($"Softshrink: lambda is {lambda}; it can't be negative");
            return Unary<Softshrink>.Apply(this, new Softshrink(lambda));
        }
    }
}
