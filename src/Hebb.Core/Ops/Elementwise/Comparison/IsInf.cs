using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether x is an infinity, elementwise. Never for integers.</summary>
[Op("isinf", Onnx = "IsInf")]
public readonly struct IsInf : IPredicateOp<IsInf>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => Lane.IsFloat<T>() ? V.Equal(V.Abs(x), Constant.Of<V, T>(double.PositiveInfinity)) : V.Zero;
}
