using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The hyperbolic cosine, elementwise. Integers give Float32.</summary>
[Op("cosh", Onnx = "Cosh")]
public readonly struct Cosh : IUnaryOp<Cosh>, IComplexUnaryOp
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Cosh<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Cosh(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Sinh();
}
