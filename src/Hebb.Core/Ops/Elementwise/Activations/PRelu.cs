using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>a where it is positive, else a * b.</summary>
    [Op("prelu", Facade = false, Onnx = "PRelu")]
    public readonly struct PRelu : IBinaryOp<PRelu>
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.Greater(a, V.Zero), a, a * b);

        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where(a > 0L, d, d * b);

        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where(a > 0L, 0.0, d * a);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>x where it is positive, else weight * x, elementwise, with one learned weight or one a channel (He et al. 2015).</summary>
        /// <param name="weight">One element, or as many as x has channels: the size of axis 1 (of the only axis where there is but one).</param>
        /// <exception cref="ShapeException">The weight has another number of elements.</exception>
        public Tensor PRelu(Tensor weight)
        {
            if (weight.Count == 1)
                return Binary<PRelu>.Apply(this, weight.Reshape([]));
            int axis = Math.Min(1, Rank - 1);
            if (axis < 0 || weight.Rank != 1 || weight.Count != Shape[axis])
                throw new ShapeException($"PRelu: the weight is {weight.Shape} for an input {Shape}: it needs one element{(axis < 0 ? "" : $", or {Shape[axis]}: one a channel")}");
            var shape = new int[Rank - axis];
            Array.Fill(shape, 1);
            shape[0] = (int)weight.Count;
            return Binary<PRelu>.Apply(this, weight.Reshape(shape));
        }
    }
}
