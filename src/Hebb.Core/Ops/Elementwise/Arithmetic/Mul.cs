using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a * b, elementwise with broadcasting. Bool multiplies as logical and.</summary>
[Op("mul", Onnx = "Mul", Operator = "*")]
public readonly struct Mul : IBinaryOp<Mul>, IComplexBinaryOp, IBrief
{
    public static OpDomain Domain => OpDomain.Any;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a * b;

    public Complex Invoke(Complex a, Complex b) => a * b;

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * b;

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * a;
}
