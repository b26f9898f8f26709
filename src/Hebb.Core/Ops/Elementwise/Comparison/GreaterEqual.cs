using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a is at least b, elementwise with broadcasting.</summary>
[Op("greater_equal", Onnx = "GreaterOrEqual", Operator = ">=")]
public readonly struct GreaterEqual : ICompareOp<GreaterEqual>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.GreaterEqual(a, b);
}
