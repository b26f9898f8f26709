using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>a - b, elementwise with broadcasting.</summary>
[Op("sub", Onnx = "Sub", Operator = "-")]
public readonly struct Sub : IBinaryOp<Sub>, IComplexBinaryOp, IBrief
{
    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged => a - b;

    public Complex Invoke(Complex a, Complex b) => a - b;

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d;

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -d;
}
