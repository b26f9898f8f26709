using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a equals b, elementwise with broadcasting.</summary>
[Op("equal", Onnx = "Equal")]
public readonly struct Equal : ICompareOp<Equal>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Equal(a, b);
}
