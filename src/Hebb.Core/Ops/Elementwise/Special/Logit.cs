using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>log(x / (1 - x)), the inverse of the sigmoid, elementwise: infinite at 0 and 1, NaN past them. Integers give Float32.</summary>
    [Op("logit")]
    public readonly struct Logit : IUnaryOp<Logit>
    {
        // Near 1/2, where the logarithm is near 0, from the distance to 1/2.
        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V rest = V.One - x;
            V middle = V.Less(V.Abs(x - Constant.Of<V, T>(0.5)), Constant.Of<V, T>(0.25));
            return V.Select(middle, VectorMath.Log1p<V, T>((x - rest) / rest), VectorMath.Log<V, T>(x / rest));
        }

        public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (x * (1.0 - x));
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>log(x / (1 - x)) of x clamped to [<paramref name="eps"/>, 1 - eps], elementwise. Integers give Float32.</summary>
        public Tensor Logit(double eps) => Clamp(eps, 1 - eps).Logit();
    }
}
