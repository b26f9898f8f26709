using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>a * log(b), and 0 where a is 0, elementwise with broadcasting; NaN where b is. Integers give Float32.</summary>
[Op("xlogy")]
public readonly struct XLogY : IBinaryOp<XLogY>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(a, V.Zero) & V.Equal(b, b), V.Zero, a * VectorMath.Log<V, T>(b));

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * Tensor.Where(a.LogicalNot().LogicalAnd(b <= 0L), 1.0, b).Log();

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * a / b;
}
