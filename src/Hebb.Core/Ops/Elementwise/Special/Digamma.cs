using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The derivative of log Gamma, elementwise; NaN at the negative integers. Integers give Float32.</summary>
[Op("digamma")]
public readonly struct Digamma : IUnaryOp<Digamma>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Digamma<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Polygamma(1);
}
