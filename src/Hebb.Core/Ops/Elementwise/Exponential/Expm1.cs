using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>exp(x) - 1, exact also near 0, elementwise. Integers give Float32.</summary>
[Op("expm1")]
public readonly struct Expm1 : IUnaryOp<Expm1>
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Expm1<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (y + 1.0);
}
