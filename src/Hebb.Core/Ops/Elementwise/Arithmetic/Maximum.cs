using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The larger of a and b, elementwise with broadcasting; NaN if either is.</summary>
/// <remarks>Where the two are equal, each takes half of the gradient.</remarks>
[Op("maximum", Onnx = "Max")]
public readonly struct Maximum : IBinaryOp<Maximum>
{
    public static OpDomain Domain => OpDomain.Any;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Max(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Ternary<LargerGrad>.Apply(d, a, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Ternary<LargerGrad>.Apply(d, b, a);
}

/// <summary>The first input where the second is above the third, half of it where they are equal, 0 where it is below.</summary>
[Op("larger_grad", Facade = false)]
public readonly struct LargerGrad : ITernaryOp<LargerGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    public static Saved Saves => Saved.Input1 | Saved.Input2;

    public V Invoke<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(b, c), a * Constant.Of<V, T>(0.5), V.AndNot(a, V.Less(b, c)));

    public Tensor? Differential(int i, Tensor d, Tensor a, Tensor b, Tensor c, Tensor y) => i == 0 ? Ternary<LargerGrad>.Apply(d, b, c) : null;
}
