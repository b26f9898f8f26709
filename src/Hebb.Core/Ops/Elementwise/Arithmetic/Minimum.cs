using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The smaller of a and b, elementwise with broadcasting; NaN if either is.</summary>
/// <remarks>Where the two are equal, each takes half of the gradient.</remarks>
[Op("minimum", Onnx = "Min")]
public readonly struct Minimum : IBinaryOp<Minimum>
{
    public static OpDomain Domain => OpDomain.Any;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(a, b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Ternary<LargerGrad>.Apply(d, b, a);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Ternary<LargerGrad>.Apply(d, a, b);
}
