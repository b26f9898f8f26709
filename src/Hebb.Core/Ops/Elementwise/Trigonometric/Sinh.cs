using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The hyperbolic sine, elementwise. Integers give Float32.</summary>
[Op("sinh", Onnx = "Sinh")]
public readonly struct Sinh : IUnaryOp<Sinh>, IComplexUnaryOp
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Sinh<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Sinh(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Cosh();
}
