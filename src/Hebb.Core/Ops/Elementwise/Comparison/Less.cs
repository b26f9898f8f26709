using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a is below b, elementwise with broadcasting.</summary>
[Op("less", Onnx = "Less", Operator = "<")]
public readonly struct Less : ICompareOp<Less>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Less(a, b);
}
