using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The remainder of a / b with the sign of a (C's fmod), elementwise with broadcasting.</summary>
/// <exception cref="DataException">An integer divisor is 0.</exception>
[Op("fmod")]
public readonly struct Fmod : IBinaryOp<Fmod>, IDividesByB
{
    public static Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output0;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        Lane.IsFloat<T>() ? FloatRemainder.Fmod<V, T>(a, b) : V.Map2<IntegerLanes.Fmod<T>>(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d;

    // (a - y) / b is the whole quotient, but for rounding.
    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -(d * ((a - y) / b).Round());
}
