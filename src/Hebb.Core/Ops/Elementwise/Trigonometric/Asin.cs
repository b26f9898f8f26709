using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The angle in [-pi/2, pi/2] whose sine is x, elementwise; NaN where |x| exceeds 1. Integers give Float32.</summary>
[Op("asin", Onnx = "Asin")]
public readonly struct Asin : IUnaryOp<Asin>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Asin<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (1.0 - x.Square()).Rsqrt();
}
