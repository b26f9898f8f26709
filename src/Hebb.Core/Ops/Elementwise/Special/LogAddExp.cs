using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>log(exp(a) + exp(b)) without overflow, elementwise with broadcasting. Integers give Float32.</summary>
[Op("logaddexp")]
public readonly struct LogAddExp : IBinaryOp<LogAddExp>
{
    public static OpDomain Domain => OpDomain.Float;

    public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V large = V.Max(a, b);
        V sum = large + VectorMath.Log1p<V, T>(VectorMath.Exp<V, T>(-V.Abs(a - b)));
        return V.Select(V.Equal(V.Abs(large), Constant.Of<V, T>(double.PositiveInfinity)), large, sum);
    }

    public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * (a - b).Sigmoid();

    public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * (b - a).Sigmoid();
}
