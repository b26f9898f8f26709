using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The error function: 2/sqrt(pi) times the integral of exp(-t²) from 0 to x, elementwise. Integers give Float32.</summary>
[Op("erf", Onnx = "Erf")]
public readonly struct Erf : IUnaryOp<Erf>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.InlinedErf<V, T>(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * (-x.Square()).Exp() * (2 / Math.Sqrt(Math.PI));
}
