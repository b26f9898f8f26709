using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The inverse hyperbolic sine, elementwise. Integers give Float32.</summary>
[Op("asinh", Onnx = "Asinh")]
public readonly struct Asinh : IUnaryOp<Asinh>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Asinh<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (x.Square() + 1.0).Rsqrt();
}
