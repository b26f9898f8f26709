using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is NaN, elementwise. Never for integers.</summary>
[Op("isnan", Onnx = "IsNaN")]
public readonly struct IsNaN : IPredicateOp<IsNaN>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.IsNaN(x);
}
