using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>x without its fraction, elementwise. Integers stay; the derivative is 0.</summary>
[Op("trunc")]
public readonly struct Trunc : IUnaryOp<Trunc>
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Truncate(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
}
