using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>x * x, elementwise. Integers wrap.</summary>
[Op("square")]
public readonly struct Square : IUnaryOp<Square>, IComplexUnaryOp
{
    public static OpDomain Domain => OpDomain.Numeric;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x * x;

    public Complex Invoke(Complex x) => x * x;

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x * 2.0;
}
