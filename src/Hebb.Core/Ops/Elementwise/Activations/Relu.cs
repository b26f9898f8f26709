using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>x where it is positive, else 0, elementwise; NaN stays. Integers keep their type.</summary>
[Op("relu", Onnx = "Relu")]
public readonly struct Relu : IUnaryOp<Relu>, IBrief
{
    public static OpDomain Domain => OpDomain.Numeric;

    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.AndNot(x, V.Less(x, V.Zero));

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<ReluGrad>.Apply(d, y);
}

/// <summary>d, but 0 where y, the value of relu, is not positive; NaN passes.</summary>
[Op("relu_grad", Facade = false)]
public readonly struct ReluGrad : IBinaryOp<ReluGrad>, IBrief
{
    public static OpDomain Domain => OpDomain.Float;

    public static Saved Saves => Saved.Input1;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.AndNot(a, V.LessEqual(b, V.Zero));

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<ReluGrad>.Apply(d, b);

    public Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;
}
