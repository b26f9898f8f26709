using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Call)]
    public static V Log<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedLog<V, T>(x);

    /// <summary><see cref="Log"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedLog<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V e, V f, V tail) = LogParts<V, T>(x);
        return LogSpecials<V, T>(x, NaturalLog<V, T>(e, f, tail));
    }

    [MethodImpl(Call)]
    public static V Log2<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        (V e, V f, V tail) = LogParts<V, T>(x);
        V c = C<V, T>(1.4426950408889634);
        V high = f * c;
        V low = V.MultiplyAdd(f, c, -high);
        low = V.MultiplyAdd(f, C<V, T>(single ? 1.925963033500011e-08 : 2.0355273740931033e-17), low);
        return LogSpecials<V, T>(x, e + (high + V.MultiplyAdd(tail, c, low)));
    }

    [MethodImpl(Call)]
    public static V Log10<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        (V e, V f, V tail) = LogParts<V, T>(x);
        V c = C<V, T>(0.4342944819032518);
        V high = f * c;
        V low = V.MultiplyAdd(f, c, -high);
        low = V.MultiplyAdd(f, C<V, T>(single ? -1.0103049952192578e-08 : 1.098319650216765e-17), low);
        low = V.MultiplyAdd(tail, c, low);
        // log10(2) in two parts, the first so short that its product with e is exact.
        low = V.MultiplyAdd(e, C<V, T>(single ? 4.605039066518657e-06 : -8.532344317057107e-14), low);
        return LogSpecials<V, T>(x, V.MultiplyAdd(e, C<V, T>(single ? 0.301025390625 : 0.3010299956640665), high + low));
    }

    /// <summary>log(1 + x), exact also near 0.</summary>
    [MethodImpl(Call)]
    public static V Log1p<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V one = C<V, T>(1);
        V u = one + x;
        V back = u - one;
        V lost = one - (u - back) + (x - back);
        (V e, V f, V tail) = LogParts<V, T>(u);
        V r = NaturalLog<V, T>(e, f, tail + lost / u);
        return TinyIsItself<V, T>(x, LogSpecials<V, T>(u, r));
    }

    [MethodImpl(Inline)]
    static V NaturalLog<V, T>(V e, V f, V tail)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        V low = V.MultiplyAdd(e, C<V, T>(single ? 1.428606765330187e-06 : -1.7239444525614835e-13), tail);
        V high = e * C<V, T>(single ? 0.693145751953125 : 0.6931471805601177);
        // e = 0 or |high| > |f|: what the sum loses is had exactly.
        V sum = high + f;
        return sum + (low + (f - (sum - high)));
    }

    /// <summary>x = 2^e (1 + f) with 1 + f from sqrt(1/2) to sqrt(2), and tail = log(1 + f) - f. For positive finite x, denormals too.</summary>
    [MethodImpl(Inline)]
    static (V E, V F, V Tail) LogParts<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        int mantissa = single ? 23 : 52;
        V normal = C<V, T>(single ? 1.1754943508222875e-38 : 2.2250738585072014e-308);
        V lift = V.SelectLess(x, normal, Bits<V, T>(mantissa), V.Zero);
        x = V.SelectLess(x, normal, x * C<V, T>(single ? 1 << 23 : 1L << 52), x);
        V root = Bits<V, T>(single ? 0x3f3504f3 : 0x3fe6a09e667f3bcd);
        V n = V.SubtractBits(x, root) >> mantissa;
        V f = V.SubtractBits(x, n << mantissa) - C<V, T>(1);
        n = V.SubtractBits(n, lift);
        V shifter = Shifter<V, T>();
        V e = V.AddBits(n, shifter) - shifter;
        if (single)
        {
            // (log(1+f) - f) / f^2 on [sqrt(1/2)-1, sqrt(2)-1]; in log(1+f) the error is 2^-27.4.
            V q = C<V, T>(-0.07615721970796585);
            q = Horner<V, T>(q, f, 0.12900379300117493);
            q = Horner<V, T>(q, f, -0.13243624567985535);
            q = Horner<V, T>(q, f, 0.14182625710964203);
            q = Horner<V, T>(q, f, -0.16609109938144684);
            q = Horner<V, T>(q, f, 0.2000192403793335);
            q = Horner<V, T>(q, f, -0.2500157952308655);
            q = Horner<V, T>(q, f, 0.33333325386047363);
            q = Horner<V, T>(q, f, -0.49999988079071045);
            return (e, f, f * f * q);
        }
        else
        {
            // log(1+f) = 2 atanh(s), s = f / (2 + f), as 2s + s z R(z), z = s^2; the error is 2^-58.9.
            V s = f / (C<V, T>(2) + f);
            V z = s * s;
            V q = C<V, T>(0.14796099737769466);
            q = Horner<V, T>(q, z, 0.15314036299411418);
            q = Horner<V, T>(q, z, 0.18183564853816506);
            q = Horner<V, T>(q, z, 0.22222198563598564);
            q = Horner<V, T>(q, z, 0.28571428742475585);
            q = Horner<V, T>(q, z, 0.39999999999414304);
            q = Horner<V, T>(q, z, 0.6666666666666734);
            V square = C<V, T>(0.5) * f * f;
            return (e, f, V.MultiplyAdd(s, V.MultiplyAdd(q, z, square), -square));
        }
    }

    /// <summary>The logarithm of 0, of negative numbers, infinity and NaN.</summary>
    [MethodImpl(Inline)]
    static V LogSpecials<V, T>(V x, V result)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V infinity = C<V, T>(double.PositiveInfinity);
        V outside = V.SelectEqual(x, V.Zero, -infinity, C<V, T>(double.NaN));
        return V.SelectLess(V.Zero, x, V.SelectLess(x, infinity, result, x), outside);
    }
}
