using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>x * relu6(x + 3) / 6, elementwise (Howard et al. 2019). Integers give Float32.</summary>
[Op("hardswish", Onnx = "HardSwish")]
public readonly struct Hardswish : IUnaryOp<Hardswish>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        x * V.Min(V.Max(x + Constant.Of<V, T>(3), V.Zero), Constant.Of<V, T>(6)) / Constant.Of<V, T>(6);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<HardswishGrad>.Apply(d, x);
}

/// <summary>d times the derivative of hardswish at x: 0 below -3, x / 3 + 1/2 up to 3, then 1.</summary>
[Op("hardswish_grad", Facade = false)]
public readonly struct HardswishGrad : IBinaryOp<HardswishGrad>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V three = Constant.Of<V, T>(3);
        V slope = V.Select(V.LessEqual(b, three), b / three + Constant.Of<V, T>(0.5), V.One);
        return V.AndNot(a * slope, V.Less(b, -three));
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<HardswishGrad>.Apply(d, b);

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<Gate>.Apply(d * a / 3.0, b, new Gate(-3, 3, GateKind.Closed));
}
