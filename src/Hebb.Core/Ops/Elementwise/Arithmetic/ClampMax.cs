using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a, but at most b, elementwise with broadcasting. NaN stays.</summary>
/// <remarks>Where the two are equal, the gradient goes to a.</remarks>
[Op("clamp_max")]
public readonly struct ClampMax : IBinaryOp<ClampMax>
{
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where(a <= b, d, 0.0);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where(a > b, d, 0.0);
}
