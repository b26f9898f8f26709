using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x where it is above the threshold, else a number.</summary>
    [Op("threshold", Facade = false)]
    public struct Threshold(double at, double value) : IUnaryOp<Threshold>
    {
        private double _at = at, _value = value;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.LessEqual(x, Constant.Of<V, T>(_at)), Constant.Of<V, T>(_value), x);

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d, x, new Gate(double.NegativeInfinity, _at, GateKind.Outside));

        public void Describe(AttributeVisitor v)
        {
            v.Float("threshold", ref _at);
            v.Float("value", ref _value);
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x where it is above <paramref name="threshold"/>, else <paramref name="value"/>, elementwise. Integers give Float32.</summary>
        public Tensor Threshold(double threshold, double value) => Unary<Threshold>.Apply(this, new Threshold(threshold, value));
    }
}
