using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The step function: 0 where a is below 0, 1 where it is above, b where it is 0, elementwise with broadcasting. 0 where a is NaN.</summary>
/// <remarks>The derivative by a is 0; that by b is 1 where a is 0.</remarks>
[Op("heaviside")]
public readonly struct Heaviside : IBinaryOp<Heaviside>
{
    public static OpDomain Domain => OpDomain.Any;

    public static Saved Saves => Saved.Input0;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Select(V.Equal(a, V.Zero), b, V.Select(V.Greater(a, V.Zero), V.One, V.Zero));

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.ZerosLike(d);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.Where(a.LogicalNot(), d, 0.0);
}
