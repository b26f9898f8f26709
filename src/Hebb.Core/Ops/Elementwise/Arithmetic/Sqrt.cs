using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The square root, elementwise; NaN below 0. Integers give Float32.</summary>
[Op("sqrt", Onnx = "Sqrt")]
public readonly struct Sqrt : IUnaryOp<Sqrt>, IComplexUnaryOp
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Sqrt(x);

    public Complex Invoke(Complex x) => Complex.Sqrt(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (y * 2.0);
}
