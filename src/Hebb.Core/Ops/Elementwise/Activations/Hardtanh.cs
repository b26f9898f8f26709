using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x between two numbers, else the nearer of them.</summary>
    [Op("hardtanh", Facade = false)]
    public struct Hardtanh(double min, double max) : IUnaryOp<Hardtanh>
    {
        private double _min = min, _max = max;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(V.Max(x, Constant.Of<V, T>(_min)), Constant.Of<V, T>(_max));

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d, x, new Gate(_min, _max, GateKind.Open));

        public void Describe(AttributeVisitor v)
        {
            v.Float("min", ref _min);
            v.Float("max", ref _max);
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x between <paramref name="min"/> and <paramref name="max"/>, else the nearer of them, elementwise; NaN stays. The derivative at the ends is 0. Integers give Float32.</summary>
        public Tensor Hardtanh(double min = -1, double max = 1) => Unary<Hardtanh>.Apply(this, new Hardtanh(min, max));

        /// <summary>x between 0 and 6, else the nearer of them, elementwise; NaN stays. Integers give Float32.</summary>
        public Tensor Relu6() => Hardtanh(0, 6);
    }
}
