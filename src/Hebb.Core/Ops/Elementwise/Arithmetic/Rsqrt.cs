using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>1 / sqrt(x), elementwise; infinite at 0, NaN below. Integers give Float32.</summary>
[Op("rsqrt")]
public readonly struct Rsqrt : IUnaryOp<Rsqrt>, IComplexUnaryOp
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.One / V.Sqrt(x);

    public Complex Invoke(Complex x) => 1 / Complex.Sqrt(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * y.Square() * y * -0.5;
}
