using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The magnitude |x|, elementwise. The smallest signed integer stays as it is.</summary>
/// <remarks>The derivative at 0 is 0.</remarks>
[Op("abs", Onnx = "Abs", Facade = false)]
public readonly struct Abs : IUnaryOp<Abs>
{
    public static OpDomain Domain => OpDomain.Numeric;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Abs(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Sign();
}
