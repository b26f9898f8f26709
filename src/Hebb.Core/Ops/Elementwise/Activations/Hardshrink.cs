using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x, but 0 from -lambda to lambda.</summary>
    [Op("hardshrink", Facade = false)]
    public struct Hardshrink(double lambda) : IUnaryOp<Hardshrink>
    {
        private double _lambda = lambda;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.AndNot(x, V.LessEqual(V.Abs(x), Constant.Of<V, T>(_lambda)));

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d, x, new Gate(-_lambda, _lambda, GateKind.Outside));

        public void Describe(AttributeVisitor v) => v.Float("lambda", ref _lambda);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x, but 0 from -<paramref name="lambda"/> to lambda, elementwise. Integers give Float32.</summary>
        public Tensor Hardshrink(double lambda = 0.5) => Unary<Hardshrink>.Apply(this, new Hardshrink(lambda));
    }
}
