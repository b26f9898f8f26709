using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>1 - erf(x), exact also where erf(x) is near 1, elementwise. Integers give Float32.</summary>
[Op("erfc")]
public readonly struct Erfc : IUnaryOp<Erfc>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Erfc<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (-x.Square()).Exp() * (-2 / Math.Sqrt(Math.PI));
}
