using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>e to the power x, elementwise. Integers give Float32.</summary>
[Op("exp", Onnx = "Exp")]
public readonly struct Exp : IUnaryOp<Exp>, IComplexUnaryOp
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedExp<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Exp(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * y;
}
