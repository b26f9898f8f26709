using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>-1, 0 or 1 as x is negative, zero or positive; 0 for NaN. Elementwise; the derivative is 0.</summary>
[Op("sign", Onnx = "Sign")]
public readonly struct Sign : IUnaryOp<Sign>
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.Greater(x, V.Zero), V.One, V.Select(V.Less(x, V.Zero), -V.One, V.Zero));

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
}
