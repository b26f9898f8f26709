using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The angle of the point (b, a), from -pi to pi, elementwise with broadcasting. Integers give Float32.</summary>
[Op("atan2")]
public readonly struct Atan2 : IBinaryOp<Atan2>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Atan2<V, T>(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * b / (a.Square() + b.Square());

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -(d * a) / (a.Square() + b.Square());
}
