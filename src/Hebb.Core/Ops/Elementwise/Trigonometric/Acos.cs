using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The angle in [0, pi] whose cosine is x, elementwise; NaN where |x| exceeds 1. Integers give Float32.</summary>
[Op("acos", Onnx = "Acos")]
public readonly struct Acos : IUnaryOp<Acos>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Acos<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => -(d * (1.0 - x.Square()).Rsqrt());
}
