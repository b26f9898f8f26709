using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The fraction x - trunc(x), with the sign of x, elementwise. Integers give Float32.</summary>
[Op("frac")]
public readonly struct Frac : IUnaryOp<Frac>
{
    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x - V.Truncate(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d;
}
