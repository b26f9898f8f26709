using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is neither NaN nor an infinity, elementwise. Always for integers.</summary>
[Op("isfinite")]
public readonly struct IsFinite : IPredicateOp<IsFinite>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Lane.IsFloat<T>() ? V.Less(V.Abs(x), Constant.Of<V, T>(double.PositiveInfinity)) : V.AllBitsSet;
}
