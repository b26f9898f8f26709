using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>sqrt(a² + b²) without overflow on the way, elementwise with broadcasting. Integers give Float32.</summary>
[Op("hypot")]
public readonly struct Hypot : IBinaryOp<Hypot>
{
    public static OpDomain Domain => OpDomain.Float;

    public static Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output0;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        a = V.Abs(a);
        b = V.Abs(b);
        V large = V.Max(a, b);
        V ratio = V.Min(a, b) / large;
        V result = large * V.Sqrt(V.MultiplyAdd(ratio, ratio, V.One));
        // As in C: an infinity counts for more than a NaN.
        V infinity = Constant.Of<V, T>(double.PositiveInfinity);
        result = V.Select(V.Equal(large, V.Zero), V.Zero, result);
        return V.Select(V.Equal(a, infinity) | V.Equal(b, infinity), infinity, result);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * (a / y);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * (b / y);
}
