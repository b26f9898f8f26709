using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a / b, elementwise with broadcasting. True division: integers give Float32.</summary>
[Op("div", Onnx = "Div", Operator = "/")]
public readonly struct Div : IBinaryOp<Div>, IComplexBinaryOp
{
    public static OpDomain Domain => OpDomain.Float;

    public static Saved Saves => Saved.Input1 | Saved.Output0;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a / b;

    public Complex Invoke(Complex a, Complex b) => a / b;

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d / b;

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -(d * y / b);
}
