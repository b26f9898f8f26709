using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Call)]
    public static V Exp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedExp<V, T>(x);

    [MethodImpl(Inline)]
    static V InlinedExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        return ScaleByBits<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), n);
    }

    /// <summary>exp(x) / 2, which overflows later than exp(x).</summary>
    [MethodImpl(Inline)]
    static V HalfExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        return ScaleByBits<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), V.SubtractBits(n, Bits<V, T>(1)));
    }

    /// <summary>exp(x + low) for a small correction to x.</summary>
    [MethodImpl(Inline)]
    static V ExpOfSum<V, T>(V x, V low)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        r += low;
        return ScaleByBits<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), n);
    }

    /// <summary>
    /// x = n ln 2 + r with |r| at most ln(2) / 2 and n in the bits; x is first confined, to just past where exp(x) is 0 or infinite. low is what
    /// r lost in rounding.
    /// </summary>
    [MethodImpl(Inline)]
    static (V R, V N) ReduceExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(T) == typeof(float) ? ReduceExp<V, T>(x, -104, 90, out _) : ReduceExp<V, T>(x, -746, 711, out _);

    /// <inheritdoc cref="ReduceExp{V,T}(V)"/>
    [MethodImpl(Inline)]
    static (V R, V N) ReduceExp<V, T>(V x, double least, double most, out V low)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        x = AtLeast<V, T>(AtMost<V, T>(x, most), least);
        V shifter = Shifter<V, T>();
        V t = V.MultiplyAdd(x, C<V, T>(1.4426950408889634), shifter);
        V n = t - shifter;
        // ln 2 in two parts, the first so short that its product with n is exact.
        V exact = V.MultiplyAdd(n, C<V, T>(single ? -0.693145751953125 : -0.6931471805601177), x);
        V rest = C<V, T>(single ? -1.428606765330187e-06 : 1.7239444525614835e-13);
        V r = V.MultiplyAdd(n, rest, exact);
        low = V.MultiplyAdd(n, rest, exact - r);
        return (r, V.SubtractBits(t, shifter));
    }

    /// <summary>(exp(r) - 1 - r) / r^2 for |r| up to ln(2) / 2; in exp(r) the error is 2^-27.7 (float), 2^-60 (double).</summary>
    [MethodImpl(Inline)]
    static V ExpTail<V, T>(V r)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            V q = C<V, T>(0.0013950540451332927);
            q = Horner<V, T>(q, r, 0.008368917740881443);
            q = Horner<V, T>(q, r, 0.04166620597243309);
            q = Horner<V, T>(q, r, 0.166665181517601);
            return Horner<V, T>(q, r, 0.5);
        }
        else
        {
            V q = C<V, T>(2.0924502165533372e-09);
            q = Horner<V, T>(q, r, 2.5109090636044815e-08);
            q = Horner<V, T>(q, r, 2.755724256013965e-07);
            q = Horner<V, T>(q, r, 2.7557244061174224e-06);
            q = Horner<V, T>(q, r, 2.4801587360803334e-05);
            q = Horner<V, T>(q, r, 0.0001984126988626712);
            q = Horner<V, T>(q, r, 0.0013888888888866702);
            q = Horner<V, T>(q, r, 0.008333333333321579);
            q = Horner<V, T>(q, r, 0.0416666666666667);
            q = Horner<V, T>(q, r, 0.16666666666666677);
            return Horner<V, T>(q, r, 0.5);
        }
    }

    /// <summary>exp(x) - 1, exact also near 0.</summary>
    [MethodImpl(Call)]
    public static V Expm1<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        (V r, V n) = single ? ReduceExp<V, T>(x, -18, 89, out _) : ReduceExp<V, T>(x, -40, 710, out _);
        V q;
        if (single)
        {
            // As ExpTail, but to 2^-28.7 relative to exp(r) - 1.
            q = C<V, T>(0.00019914316362701356);
            q = Horner<V, T>(q, r, 0.0013941049110144377);
            q = Horner<V, T>(q, r, 0.008333273231983185);
            q = Horner<V, T>(q, r, 0.04166635498404503);
            q = Horner<V, T>(q, r, 0.1666666716337204);
            q = Horner<V, T>(q, r, 0.5);
        }
        else
        {
            q = ExpTail<V, T>(r);
        }
        // 2^(n-1) is finite for every n that occurs, where 2^n is not.
        V half = PowerOfTwo<V, T>(V.SubtractBits(n, Bits<V, T>(1)));
        V tail = r * r * q;
        V sum = V.MultiplyAdd(half, r, half - C<V, T>(0.5));
        // What the rounding of the sum lost, so that its error does not add to that of the tail.
        V lost = V.MultiplyAdd(half, r, half - C<V, T>(0.5) - sum);
        sum += V.MultiplyAdd(half, tail, lost);
        return TinyIsItself<V, T>(x, sum + sum);
    }

    [MethodImpl(Call)]
    public static V Exp2<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        x = AtLeast<V, T>(AtMost<V, T>(x, single ? 129 : 1025), single ? -151 : -1076);
        V shifter = Shifter<V, T>();
        V t = x + shifter;
        V f = x - (t - shifter);
        V ln2 = C<V, T>(0.6931471805599453);
        V r = f * ln2;
        V low = V.MultiplyAdd(f, ln2, -r);
        low = V.MultiplyAdd(f, C<V, T>(single ? -1.9046542121259336e-09 : 2.3190468138462996e-17), low);
        V e = C<V, T>(1) + (r + V.MultiplyAdd(r * r, ExpTail<V, T>(r), low));
        return ScaleByBits<V, T>(e, V.SubtractBits(t, shifter));
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(Call)]
    public static V Sigmoid<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V one = C<V, T>(1);
        // exp with what its reduction loses, since two more roundings follow.
        (V r, V n) = ReduceExp<V, T>(-V.Abs(x), typeof(T) == typeof(float) ? -104 : -746, 0, out V low);
        V e = ScaleByBits<V, T>(one + (r + V.MultiplyAdd(r * r, ExpTail<V, T>(r), low)), n);
        V y = V.SelectLess(x, V.Zero, e, one) / (one + e);
        // Far left e / (1 + e) as e - e y, in which the rounding of 1 + e counts for little.
        return V.SelectLess(x, C<V, T>(-0.7), V.MultiplyAdd(-e, y, e), y);
    }
}
