using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The sine of x in radians, elementwise. Integers give Float32.</summary>
[Op("sin", Onnx = "Sin")]
public readonly struct Sin : IUnaryOp<Sin>, IComplexUnaryOp
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedSin<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Sin(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Cos();
}
