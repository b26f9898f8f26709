using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The complex conjugate, elementwise; real tensors stay as they are.</summary>
[Op("conj", Facade = false)]
public readonly struct ConjFunction : IUnaryOp<ConjFunction>, IComplexUnaryOp
{
    public static OpDomain Domain => OpDomain.Any;

    public static Saved Saves => Saved.None;

    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => x;

    public Complex Invoke(Complex x) => Complex.Conjugate(x);

    public Tensor Differential(Tensor d, Tensor x, Tensor y) => d.Conj();
}
