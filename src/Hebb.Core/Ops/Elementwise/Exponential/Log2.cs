using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The logarithm to base 2, elementwise; -infinity at 0, NaN below. Integers give Float32.</summary>
[Op("log2")]
public readonly struct Log2 : IUnaryOp<Log2>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Log2<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (x * Math.Log(2));
}
