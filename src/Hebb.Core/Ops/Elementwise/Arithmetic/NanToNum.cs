using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>Numbers in the place of NaN and the infinities.</summary>
    [Op("nan_to_num", Facade = false)]
    public struct NanToNum(double nan, double posInf, double negInf) : IUnaryOp<NanToNum>
    {
        private double _nan = nan, _posInf = posInf, _negInf = negInf;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V y = V.Select(V.Equal(x, Constant.Of<V, T>(double.PositiveInfinity)), Constant.Of<V, T>(_posInf), x);
            y = V.Select(V.Equal(x, Constant.Of<V, T>(double.NegativeInfinity)), Constant.Of<V, T>(_negInf), y);
            return V.Select(V.IsNaN(x), Constant.Of<V, T>(_nan), y);
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.Where(x.IsFinite(), d, 0.0);

        public void Describe(AttributeVisitor v)
        {
            v.Float("nan", ref _nan);
            v.Float("posinf", ref _posInf);
            v.Float("neginf", ref _negInf);
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>Numbers in the place of NaN and the infinities, elementwise. Integers stay as they are. The derivative at what is replaced is 0.</summary>
        /// <param name="nan">For NaN.</param>
        /// <param name="posInf">For +infinity; by default the type's largest number.</param>
        /// <param name="negInf">For -infinity; by default the type's smallest number.</param>
        public Tensor NanToNum(double nan = 0, double? posInf = null, double? negInf = null)
        {
            if (!DType.IsFloat && !DType.IsComplex)
                return this;
            double largest = DType switch
            {
                DType.Float64 => double.MaxValue,
                DType.Float16 => (double)Half.MaxValue,
                DType.BFloat16 => 3.3895313892515355e38,
                _ => float.MaxValue,
            };
            return Unary<NanToNum>.Apply(this, new NanToNum(nan, posInf ?? largest, negInf ?? -largest));
        }
    }
}
