using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a differs from b, elementwise with broadcasting.</summary>
[Op("not_equal")]
public readonly struct NotEqual : ICompareOp<NotEqual>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.NotEqual(a, b);
}
