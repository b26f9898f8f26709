using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Where a <see cref="Gate"/> lets through.</summary>
public enum GateKind
{
    /// <summary>Inside the interval, its ends included.</summary>
    Closed,

    /// <summary>Inside the interval, its ends not.</summary>
    Open,

    /// <summary>Anywhere but inside the interval or at its ends; NaN passes.</summary>
    Outside,
}

/// <summary>The first input where the second lies in (or out of) an interval, 0 elsewhere: the derivative of functions with flat parts.</summary>
[Op("gate", Facade = false)]
public struct Gate(double low, double high, GateKind kind) : IBinaryOp<Gate>
{
    private double _low = low, _high = high;
    private GateKind _kind = kind;

    public static OpDomain Domain => OpDomain.Float;

    public static Saved Saves => Saved.Input1;

    public readonly V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V low = Constant.Of<V, T>(_low), high = Constant.Of<V, T>(_high);
        if (_kind == GateKind.Open)
            return a & V.Greater(b, low) & V.Less(b, high);
        V inside = V.GreaterEqual(b, low) & V.LessEqual(b, high);
        return _kind == GateKind.Closed ? a & inside : V.AndNot(a, inside);
    }

    public readonly Tensor? DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<Gate>.Apply(d, b, this);

    public readonly Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => null;

    public void Describe(AttributeVisitor v)
    {
        v.Float("low", ref _low);
        v.Float("high", ref _high);
        v.Enum("kind", ref _kind);
    }
}
