using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>a / b rounded down, elementwise with broadcasting. Integers stay integers; the derivative is 0.</summary>
/// <exception cref="DataException">An integer divisor is 0.</exception>
[Op("floor_divide")]
public readonly struct FloorDivide : IBinaryOp<FloorDivide>, IDividesByB
{
    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (!Lane.IsFloat<T>())
            return V.Map2<IntegerLanes.FloorDivide<T>>(a, b);
        // From the exact remainder, as Python does: a / b itself may round up to a whole number.
        V r = FloatRemainder.Fmod<V, T>(a, b);
        V q = (a - r) / b;
        V otherSide = V.NotEqual(r, V.Zero) & (V.Less(r, V.Zero) ^ V.Less(b, V.Zero));
        q = V.Select(otherSide, q - V.One, q);
        V whole = V.Floor(q);
        whole = V.Select(V.Greater(q - whole, Constant.Of<V, T>(0.5)), whole + V.One, whole);
        V quotient = a / b;
        whole = V.Select(V.Equal(q, V.Zero), V.CopySign(V.Zero, quotient), whole);
        return V.Select(V.Equal(b, V.Zero), quotient, whole);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.ZerosLike(d);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Tensor.ZerosLike(d);
}
