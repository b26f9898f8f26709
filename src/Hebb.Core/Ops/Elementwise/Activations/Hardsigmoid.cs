using Hebb.Cpu.Simd;

namespace Hebb.Ops;


/// <summary>relu6(x + 3) / 6: the sigmoid from straight pieces, elementwise. Integers give Float32.</summary>
[Op("hardsigmoid")]
public readonly struct Hardsigmoid : IUnaryOp<Hardsigmoid>
{
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Min(V.Max(x + Constant.Of<V, T>(3), V.Zero), Constant.Of<V, T>(6)) / Constant.Of<V, T>(6);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<Gate>.Apply(d / 6.0, x, new Gate(-3, 3, GateKind.Open));
}
