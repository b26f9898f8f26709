using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a is at most b, elementwise with broadcasting.</summary>
[Op("less_equal", Onnx = "LessOrEqual", Operator = "<=")]
public readonly struct LessEqual : ICompareOp<LessEqual>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.LessEqual(a, b);
}
