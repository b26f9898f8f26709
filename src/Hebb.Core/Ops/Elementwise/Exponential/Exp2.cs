using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>2 to the power x, elementwise. Integers give Float32.</summary>
[Op("exp2")]
public readonly struct Exp2 : IUnaryOp<Exp2>
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Exp2<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * y * Math.Log(2);
}
