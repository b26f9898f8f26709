using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The cosine of x in radians, elementwise. Integers give Float32.</summary>
[Op("cos", Onnx = "Cos")]
public readonly struct Cos : IUnaryOp<Cos>, IComplexUnaryOp
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedCos<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Cos(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => -(d * x.Sin());
}
