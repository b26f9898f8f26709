using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Whether a is above b, elementwise with broadcasting.</summary>
[Op("greater", Onnx = "Greater", Operator = ">")]
public readonly struct Greater : ICompareOp<Greater>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Greater(a, b);
}
