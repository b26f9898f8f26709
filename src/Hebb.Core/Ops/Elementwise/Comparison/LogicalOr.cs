using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a or b or both are true (not 0), elementwise with broadcasting.</summary>
[Op("logical_or", Onnx = "Or")]
public readonly struct LogicalOr : ICompareOp<LogicalOr>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.NotEqual(a, V.Zero) | V.NotEqual(b, V.Zero);
}
