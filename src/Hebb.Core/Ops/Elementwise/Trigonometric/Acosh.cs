using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The inverse hyperbolic cosine, elementwise; NaN below 1. Integers give Float32.</summary>
[Op("acosh", Onnx = "Acosh")]
public readonly struct Acosh : IUnaryOp<Acosh>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Acosh<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (x.Square() - 1.0).Rsqrt();
}
