using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>-x, elementwise.</summary>
[Op("neg", Onnx = "Neg", Operator = "-")]
public readonly struct Neg : IUnaryOp<Neg>, IComplexUnaryOp
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => -x;

    public Complex Invoke(Complex x) => -x;

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => -d;
}
