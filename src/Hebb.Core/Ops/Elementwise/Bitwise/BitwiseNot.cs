using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>Every bit turned.</summary>
    [Op("bitwise_not", Facade = false, Onnx = "BitwiseNot")]
    public readonly struct BitwiseNot : IUnaryOp<BitwiseNot>
    {
        public static OpDomain Domain => OpDomain.Whole;

        public static Saved Saves => Saved.None;

        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => ~x;

        // Integers have no derivative.
        public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>Every bit turned, elementwise, for integers; for Bool the logical not.</summary>
        /// <exception cref="DTypeException">The tensor holds neither integers nor Bool.</exception>
        public Tensor BitwiseNot() => DType == DType.Bool ? LogicalNot() : Unary<BitwiseNot>.Apply(this);

        /// <inheritdoc cref="BitwiseNot"/>
        public static Tensor operator ~(Tensor value) => value.BitwiseNot();
    }
}
