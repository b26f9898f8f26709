using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>x / (1 + |x|), elementwise. Integers give Float32.</summary>
[Op("softsign", Onnx = "Softsign")]
public readonly struct Softsign : IUnaryOp<Softsign>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x / (V.One + V.Abs(x));

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d / (x.Abs() + 1.0).Square();
}
