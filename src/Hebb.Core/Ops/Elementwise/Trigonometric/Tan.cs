using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The tangent of x in radians, elementwise. Integers give Float32.</summary>
[Op("tan", Onnx = "Tan")]
public readonly struct Tan : IUnaryOp<Tan>, IComplexUnaryOp
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Tan<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Tan(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (y.Square() + 1.0);
}
