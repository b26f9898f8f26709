using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>1 / x, elementwise. Integers give Float32.</summary>
[Op("reciprocal", Onnx = "Reciprocal")]
public readonly struct Reciprocal : IUnaryOp<Reciprocal>, IComplexUnaryOp
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.One / x;

    public Complex Invoke(Complex x) => 1 / x;

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => -(d * y.Square());
}
