using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>x - tanh(x), elementwise. Integers give Float32.</summary>
[Op("tanhshrink")]
public readonly struct Tanhshrink : IUnaryOp<Tanhshrink>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x - VectorMath.Tanh<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Tanh().Square();
}
