using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>log |Gamma(x)|, elementwise; infinite at 0 and the negative integers. Integers give Float32.</summary>
[Op("lgamma")]
public readonly struct LGamma : IUnaryOp<LGamma>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.LGamma<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Digamma();
}
