using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The largest whole number up to x, elementwise. Integers stay; the derivative is 0.</summary>
[Op("floor", Onnx = "Floor")]
public readonly struct Floor : IUnaryOp<Floor>
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Floor(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Tensor.ZerosLike(d);
}
