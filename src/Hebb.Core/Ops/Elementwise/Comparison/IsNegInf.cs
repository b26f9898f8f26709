using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is -infinity, elementwise. Never for integers.</summary>
[Op("isneginf")]
public readonly struct IsNegInf : IPredicateOp<IsNegInf>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Lane.IsFloat<T>() ? V.Equal(x, Constant.Of<V, T>(double.NegativeInfinity)) : V.Zero;
}
