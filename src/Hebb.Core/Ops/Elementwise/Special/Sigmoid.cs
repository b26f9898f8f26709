using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The logistic function 1 / (1 + exp(-x)), elementwise. Integers give Float32.</summary>
[Op("sigmoid", Onnx = "Sigmoid")]
public readonly struct Sigmoid : IUnaryOp<Sigmoid>
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedSigmoid<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<SigmoidGrad>.Apply(d, y);
}

/// <summary>d * y * (1 - y), with y the sigmoid.</summary>
[Op("sigmoid_grad", Facade = false)]
public readonly struct SigmoidGrad : IBinaryOp<SigmoidGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a * b * (V.One - b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<SigmoidGrad>.Apply(d, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * a * (1.0 - b * 2.0);
}
