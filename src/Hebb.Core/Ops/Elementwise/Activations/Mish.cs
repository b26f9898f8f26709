using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>x * tanh(softplus(x)), elementwise (Misra 2019). Integers give Float32.</summary>
[Op("mish", Onnx = "Mish")]
public readonly struct Mish : IUnaryOp<Mish>
{
    // With e = exp(x), tanh(log(1 + e)) = n / (n + 2), n = e (e + 2); 1 to the last bit where x is past 20.
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V e = Exp<V, T>(x);
        V n = e * (e + Constant.Of<V, T>(2));
        return x * (n / (n + Constant.Of<V, T>(2)));
    }

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<MishGrad>.Apply(d, x);

    internal static V Exp<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.Exp<V, T>(V.Min(x, Constant.Of<V, T>(20)));
}

/// <summary>d times the derivative of mish at x: t + x s (1 - t²) with s the sigmoid and t = tanh(softplus(x)).</summary>
[Op("mish_grad", Facade = false)]
public readonly struct MishGrad : IBinaryOp<MishGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    // With the names of Mish, 1 - t² is 4 (1 + e)² / (n + 2)² and s is e / (1 + e).
    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V two = Constant.Of<V, T>(2);
        V e = Mish.Exp<V, T>(b);
        V n = e * (e + two);
        V inverse = V.One / (n + two);
        V x = V.Min(b, Constant.Of<V, T>(20));
        return a * inverse * (n + x * e * (e + V.One) * Constant.Of<V, T>(4) * inverse);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<MishGrad>.Apply(d, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
    {
        var (s, t) = (b.Sigmoid(), b.Softplus().Tanh());
        return d * a * s * (1.0 - t.Square()) * (b * (1.0 - s - s * t * 2.0) + 2.0);
    }
}
