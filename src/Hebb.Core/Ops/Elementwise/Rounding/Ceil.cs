using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The smallest whole number from x on, elementwise. Integers stay; the derivative is 0.</summary>
[Op("ceil", Onnx = "Ceil")]
public readonly struct Ceil : IUnaryOp<Ceil>
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Ceiling(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
}
