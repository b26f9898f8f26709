using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>x, but at least one number and at most another.</summary>
    [Op("clamp", Facade = false, Onnx = "Clip")]
    public struct Clamp(double min, double max) : IUnaryOp<Clamp>
    {
        private double _min = min, _max = max;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            V.Min(V.Max(x, Constant.Of<V, T>(_min)), Constant.Of<V, T>(_max));

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d, x, new Gate(_min, _max, GateKind.Closed));

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
        /// <summary>x, but at least <paramref name="min"/> and at most <paramref name="max"/>, which wins where they cross; NaN stays. Integers give Float32.</summary>
        /// <remarks>The gradient passes between the bounds and at them. For one bound, see <see cref="ClampMin(double)"/> and <see cref="ClampMax(double)"/>.</remarks>
        public Tensor Clamp(double min, double max) => Unary<Clamp>.Apply(this, new Clamp(min, max));

        /// <summary>x, but at least <paramref name="min"/> and at most <paramref name="max"/>, which wins where they cross; NaN stays. Integers keep their type.</summary>
        public Tensor Clamp(long min, long max)
        {
            if (!DType.IsInteger)
                return Clamp((double)min, (double)max);
            var (low, high) = DType.IntegerRange;
            // A bound past the type's range would wrap.
            return ClampMin((long)Int128.Clamp(min, low, high)).ClampMax((long)Int128.Clamp(max, low, Int128.Min(high, long.MaxValue)));
        }

        /// <summary>x, but at least <paramref name="min"/> and at most <paramref name="max"/>, elementwise with broadcasting.</summary>
        /// <remarks>The gradient passes to x between the bounds and at them, else to the bound.</remarks>
        public Tensor Clamp(Tensor min, Tensor max) => ClampMin(min).ClampMax(max);
    }
}
