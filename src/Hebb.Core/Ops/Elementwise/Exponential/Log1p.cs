using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>log(1 + x), exact also near 0, elementwise; -infinity at -1, NaN below. Integers give Float32.</summary>
[Op("log1p")]
public readonly struct Log1p : IUnaryOp<Log1p>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Log1p<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (x + 1.0);
}
