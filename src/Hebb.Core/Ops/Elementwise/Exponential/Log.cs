using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The natural logarithm, elementwise; -infinity at 0, NaN below. Integers give Float32.</summary>
[Op("log", Onnx = "Log")]
public readonly struct Log : IUnaryOp<Log>, IComplexUnaryOp
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedLog<V, T>(x);

    public Complex Invoke(Complex x) => Complex.Log(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / x;
}
