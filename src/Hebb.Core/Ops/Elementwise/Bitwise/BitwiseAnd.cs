using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The bits set in both a and b, elementwise with broadcasting. For Bool, the logical op.</summary>
[Op("bitwise_and", Onnx = "BitwiseAnd", Operator = "&")]
public readonly struct BitwiseAnd : IBinaryOp<BitwiseAnd>
{
    public static OpDomain Domain => OpDomain.Integer;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a & b;

    public Tensor? DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => null;

    public Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;
}
