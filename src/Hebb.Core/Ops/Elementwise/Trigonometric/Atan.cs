using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The angle in (-pi/2, pi/2) whose tangent is x, elementwise. Integers give Float32.</summary>
[Op("atan", Onnx = "Atan")]
public readonly struct Atan : IUnaryOp<Atan>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Atan<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (x.Square() + 1.0);
}
