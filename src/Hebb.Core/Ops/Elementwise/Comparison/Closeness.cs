using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Whether |this - other| is at most atol + rtol * |other|, elementwise with broadcasting; infinities must be the same.</summary>
    /// <param name="other">The reference.</param>
    /// <param name="rtol">Relative tolerance.</param>
    /// <param name="atol">Absolute tolerance.</param>
    /// <param name="equalNan">Whether NaN is close to NaN.</param>
    /// <returns>A Bool tensor.</returns>
    public Tensor IsClose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool equalNan = false)
    {
        // Differences of integers would wrap.
        var (a, b) = (DType.IsFloat ? this : To(DType.Float64), other.DType.IsFloat ? other : other.To(DType.Float64));
        var distance = (a - b).Abs();
        var close = a.Equal(b) | ((distance <= b.Abs() * rtol + atol) & distance.IsFinite());
        return equalNan ? close | (a.IsNaN() & b.IsNaN()) : close;
    }

    /// <summary>Whether all elements are close, in the sense of <see cref="IsClose"/>.</summary>
    public bool AllClose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool equalNan = false) => IsClose(other, rtol, atol, equalNan).Holds();

    /// <summary>Whether another tensor has the same shape and equal elements; element types may differ, NaN equals nothing.</summary>
    public bool AllEqual(Tensor other) => Shape == other.Shape && Equal(other).Holds();

    private unsafe bool Holds()
    {
        var x = Copying.Contiguous(this);
        bool holds = true;
        byte* p = x.Data<byte>();
        for (long i = 0, count = x.Count; i < count && holds; i++)
            holds = p[i] != 0;
        GC.KeepAlive(x);
        return holds;
    }
}
