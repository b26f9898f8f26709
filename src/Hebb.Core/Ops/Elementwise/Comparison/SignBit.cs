using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether the sign bit is set, elementwise: for negative numbers, -0, and NaNs of negative sign.</summary>
[Op("signbit")]
public readonly struct SignBit : IPredicateOp<SignBit>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Lane.IsFloat<T>() ? V.Less(V.CopySign(V.One, x), V.Zero) : V.Less(x, V.Zero);
}
