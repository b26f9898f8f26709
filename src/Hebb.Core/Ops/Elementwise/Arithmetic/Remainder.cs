using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The remainder of a / b with the sign of b (Python's %), elementwise with broadcasting.</summary>
/// <exception cref="DataException">An integer divisor is 0.</exception>
[Op("remainder", Onnx = "Mod", Operator = "%")]
public readonly struct Remainder : IBinaryOp<Remainder>, IDividesByB
{
    public static Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output0;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (!Lane.IsFloat<T>())
            return V.Map2<IntegerLanes.Remainder<T>>(a, b);
        V r = FloatRemainder.Fmod<V, T>(a, b);
        V otherSide = V.NotEqual(r, V.Zero) & (V.Less(r, V.Zero) ^ V.Less(b, V.Zero));
        return V.Select(otherSide, r + b, r);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d;

    // (a - y) / b is the whole quotient, but for rounding.
    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -(d * ((a - y) / b).Round());
}
