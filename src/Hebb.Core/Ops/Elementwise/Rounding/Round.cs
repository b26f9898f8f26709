using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>The nearest whole number, halves to even.</summary>
    [Op("round", Facade = false, Onnx = "Round")]
    public readonly struct Round : IUnaryOp<Round>
    {
        public static OpDomain Domain => OpDomain.Numeric;

        public static Saved Saves => Saved.None;

        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Round(x);

        public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
    }

    /// <summary>The nearest number of so many decimals, halves to even.</summary>
    [Op("round_decimals", Facade = false)]
    public struct RoundDecimals(int decimals) : IUnaryOp<RoundDecimals>
    {
        private int _decimals = decimals;

        public static Saved Saves => Saved.None;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V scale = Constant.Of<V, T>(Math.Pow(10, Math.Abs(_decimals)));
            return _decimals < 0 ? V.Round(x / scale) * scale : V.Round(x * scale) / scale;
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);

        public void Describe(AttributeVisitor v) => v.Int("decimals", ref _decimals);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>The nearest number with <paramref name="decimals"/> digits after the point (negative: before it), halves to even, elementwise. The derivative is 0.</summary>
        /// <remarks>Without decimals, integers stay; with them they give Float32.</remarks>
        public Tensor Round(int decimals = 0) => decimals == 0 ? Unary<Round>.Apply(this) : Unary<RoundDecimals>.Apply(this, new RoundDecimals(decimals));
    }
}
