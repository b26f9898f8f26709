using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>The hyperbolic tangent, elementwise. Integers give Float32.</summary>
[Op("tanh", Onnx = "Tanh")]
public readonly struct Tanh : IUnaryOp<Tanh>
{
    public static Saved Saves => Saved.Output0;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedTanh<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<TanhGrad>.Apply(d, y);
}

/// <summary>d * (1 - y²), with y the hyperbolic tangent.</summary>
[Op("tanh_grad", Facade = false)]
public readonly struct TanhGrad : IBinaryOp<TanhGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a * (V.One - b * b);

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<TanhGrad>.Apply(d, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * a * b * -2.0;
}
