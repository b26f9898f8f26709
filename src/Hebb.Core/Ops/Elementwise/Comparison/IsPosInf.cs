using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is +infinity, elementwise. Never for integers.</summary>
[Op("isposinf")]
public readonly struct IsPosInf : IPredicateOp<IsPosInf>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Lane.IsFloat<T>() ? V.Equal(x, Constant.Of<V, T>(double.PositiveInfinity)) : V.Zero;
}
