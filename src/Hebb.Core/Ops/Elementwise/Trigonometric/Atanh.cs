using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The inverse hyperbolic tangent, elementwise; NaN where |x| exceeds 1. Integers give Float32.</summary>
[Op("atanh", Onnx = "Atanh")]
public readonly struct Atanh : IUnaryOp<Atanh>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Atanh<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (1.0 - x.Square());
}
