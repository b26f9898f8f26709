using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether exactly one of a and b is true (not 0), elementwise with broadcasting.</summary>
[Op("logical_xor", Onnx = "Xor")]
public readonly struct LogicalXor : ICompareOp<LogicalXor>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.NotEqual(a, V.Zero) ^ V.NotEqual(b, V.Zero);
}
