using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is 0 (false), elementwise.</summary>
[Op("logical_not", Onnx = "Not")]
public readonly struct LogicalNot : IPredicateOp<LogicalNot>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Equal(x, V.Zero);
}
