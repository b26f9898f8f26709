using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The magnitude of a with the sign of b, elementwise with broadcasting. Integers give Float32.</summary>
/// <remarks>The derivative by a is 0 at a = 0; that by b is 0.</remarks>
[Op("copysign")]
public readonly struct CopySign : IBinaryOp<CopySign>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.CopySign(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * a.Sign() * Binary<CopySign>.Apply(1.0, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.ZerosLike(d);
}
