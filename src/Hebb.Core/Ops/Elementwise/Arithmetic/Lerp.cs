using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>a + weight * (b - a), reckoned from the nearer end.</summary>
    [Op("lerp", Facade = false)]
    public readonly struct Lerp : ITernaryOp<Lerp>
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V step = b - a;
            return V.Select(V.Less(V.Abs(c), Constant.Of<V, T>(0.5)), V.MultiplyAdd(c, step, a), b - step * (V.One - c));
        }

        public Tensor Differential(int i, Tensor d, Tensor a, Tensor b, Tensor c, Tensor y) => i switch
        {
            0 => d * (1.0 - c),
            1 => d * c,
            _ => d * (b - a),
        };
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>The way from this tensor to <paramref name="end"/>: this + weight * (end - this), elementwise with broadcasting. Integers give Float32.</summary>
        public Tensor Lerp(Tensor end, Tensor weight) => Ternary<Lerp>.Apply(this, end, weight);

        /// <inheritdoc cref="Lerp(Tensor, Tensor)"/>
        public Tensor Lerp(Tensor end, double weight) => Ternary<Lerp>.Apply(this, end, ScalarLike(weight, this));
    }
}
