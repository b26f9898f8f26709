using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a and b are both true (not 0), elementwise with broadcasting.</summary>
[Op("logical_and", Onnx = "And")]
public readonly struct LogicalAnd : ICompareOp<LogicalAnd>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.NotEqual(a, V.Zero) & V.NotEqual(b, V.Zero);
}
