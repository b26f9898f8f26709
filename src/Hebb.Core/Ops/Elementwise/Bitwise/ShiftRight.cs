using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a / 2^b for integers, rounded down: the sign fills in for signed types, 0 for unsigned ones, elementwise with broadcasting. A count below 0 or past the width shifts every bit out.</summary>
[Op("shift_right", Operator = ">>")]
public readonly struct ShiftRight : IBinaryOp<ShiftRight>
{
    public static OpDomain Domain => OpDomain.Whole;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.ShiftRight(a, b);

    public Tensor? DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => null;

    public Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;
}
