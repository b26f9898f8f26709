using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The inverse of erf, elementwise: infinite at -1 and 1, NaN past them. Integers give Float32.</summary>
[Op("erfinv")]
public readonly struct ErfInv : IUnaryOp<ErfInv>
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.ErfInv<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * y.Square().Exp() * (Math.Sqrt(Math.PI) / 2);
}
