using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The larger of a and b; where one is NaN, the other, elementwise with broadcasting.</summary>
/// <remarks>Where the two are equal, the gradient goes to a.</remarks>
[Op("fmax")]
public readonly struct FMax : IBinaryOp<FMax>
{
    public static OpDomain Domain => OpDomain.Any;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.IsNaN(a), b, V.Select(V.IsNaN(b), a, V.Max(a, b)));

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where((a >= b).LogicalOr(b.IsNaN()), d, 0.0);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where((a >= b).LogicalOr(b.IsNaN()), 0.0, d);
}
