using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>x * sigmoid(x), elementwise; also called swish. Integers give Float32.</summary>
[Op("silu")]
public readonly struct Silu : IUnaryOp<Silu>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x * VectorMath.InlinedSigmoid<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<SiluGrad>.Apply(d, x);
}

/// <summary>d times the derivative of silu at x: s (1 + x (1 - s)) with s the sigmoid.</summary>
[Op("silu_grad", Facade = false)]
public readonly struct SiluGrad : IBinaryOp<SiluGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V s = VectorMath.Sigmoid<V, T>(b);
        return a * s * V.MultiplyAdd(b, V.One - s, V.One);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<SiluGrad>.Apply(d, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
    {
        var s = b.Sigmoid();
        return d * a * s * (1.0 - s) * (b * (1.0 - s * 2.0) + 2.0);
    }
}
