using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a * 2^b for integers, bits past the width lost, elementwise with broadcasting. A count below 0 or past the width gives 0.</summary>
[Op("shift_left", Operator = "<<")]
public readonly struct ShiftLeft : IBinaryOp<ShiftLeft>
{
    public static OpDomain Domain => OpDomain.Whole;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.ShiftLeft(a, b);

    public Tensor? DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => null;

    public Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;
}
