using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>log(1 / (1 + exp(-x))) without overflow, elementwise. Integers give Float32.</summary>
[Op("log_sigmoid")]
public readonly struct LogSigmoid : IUnaryOp<LogSigmoid>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(x, V.Zero) - VectorMath.Log1p<V, T>(VectorMath.Exp<V, T>(-V.Abs(x)));

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (-x).Sigmoid();
}
