using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    /// <summary>The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.</summary>
    [MethodImpl(Call)]
    public static V Erf<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedErf<V, T>(x);

    /// <summary><see cref="Erf"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedErf<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V one = C<V, T>(1);
        V a = V.Abs(x);
        V inner = ErfPoly<V, T>(a);
        V outer;
        if (typeof(T) == typeof(float))
        {
            // log(1 - erf(a)) on [0.92, 4]; in erf(a) the error is 2^-29.
            V b = AtMost<V, T>(a, 4);
            V p = C<V, T>(-2.109526758431457e-05);
            p = Horner<V, T>(p, b, 0.00043446448398754);
            p = Horner<V, T>(p, b, -0.0041710687801241875);
            p = Horner<V, T>(p, b, 0.025119435042142868);
            p = Horner<V, T>(p, b, -0.10828008502721786);
            p = Horner<V, T>(p, b, -0.6333469152450562);
            p = Horner<V, T>(p, b, -1.1295149326324463);
            p = Horner<V, T>(p, b, 0.00017468110308982432);
            outer = one - InlinedExp<V, T>(p);
            return V.CopySign(V.SelectLess(a, C<V, T>(0.925), inner, outer), x);
        }
        outer = one - ErfcOfPositive<V, T>(a);
        return V.CopySign(V.SelectLess(a, one, inner, outer), x);
    }

    /// <summary>1 - erf(x), exact also where erf(x) is near 1.</summary>
    [MethodImpl(Call)]
    public static V Erfc<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, ErfcFunc>(x);
        V a = V.Abs(x);
        V y = ErfcOfPositive<V, T>(a);
        y = V.SelectLess(x, V.Zero, C<V, T>(2) - y, y);
        return V.SelectLess(a, C<V, T>(0.5), C<V, T>(1) - ErfPoly<V, T>(x), y);
    }

    /// <summary>The inverse of erf: infinite at -1 and 1, NaN past them.</summary>
    [MethodImpl(Call)]
    public static V ErfInv<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, ErfInvFunc>(x);
        V one = C<V, T>(1);
        V a = V.Abs(x);
        V c = one - a;
        V y = ErfInvStart<V, T>(a, c);
        // One step of Halley's method, on erfc where a is large so that c keeps its digits.
        V error = V.SelectLess(a, C<V, T>(0.5), ErfPoly<V, T>(y) - a, c - ErfcOfPositive<V, T>(y));
        V step = error * C<V, T>(0.8862269254527580) * Exp<V, T>(y * y);
        y -= step / V.MultiplyAdd(step, y, one);
        y = V.SelectLess(one, a, C<V, T>(double.NaN), V.SelectEqual(a, one, C<V, T>(double.PositiveInfinity), y));
        return V.CopySign(y, x);
    }

    /// <summary>erfinv(a) to 2^-23, from fits in w = -log(1 - a^2) (Giles, "Approximating the erfinv function", 2010, has the form).</summary>
    [MethodImpl(Call)]
    static V ErfInvStart<V, T>(V a, V c)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V w = -Log<V, T>(c * (C<V, T>(1) + a));
        // w up to 6
        V t = w - C<V, T>(3);
        V p = C<V, T>(6.255715089409732e-10);
        p = Horner<V, T>(p, t, -5.473380746760464e-09);
        p = Horner<V, T>(p, t, -1.833632032159456e-08);
        p = Horner<V, T>(p, t, 4.4841906414387054e-07);
        p = Horner<V, T>(p, t, -1.7758278822880528e-06);
        p = Horner<V, T>(p, t, -1.2708813443433017e-05);
        p = Horner<V, T>(p, t, 0.00019512762974858527);
        p = Horner<V, T>(p, t, -0.0008361927280491146);
        p = Horner<V, T>(p, t, -0.005738193597764062);
        p = Horner<V, T>(p, t, 0.24163040735326188);
        p = Horner<V, T>(p, t, 1.623542014841199);
        // sqrt(w) up to 6.2
        V u = V.Sqrt(w) - C<V, T>(4.3);
        V q = C<V, T>(1.3597512189686936e-07);
        q = Horner<V, T>(q, u, -3.8543321308756965e-06);
        q = Horner<V, T>(q, u, 1.2659240007965711e-05);
        q = Horner<V, T>(q, u, -7.851201784673541e-06);
        q = Horner<V, T>(q, u, -1.3461320210149047e-06);
        q = Horner<V, T>(q, u, -5.584279160088296e-05);
        q = Horner<V, T>(q, u, 0.0002178113007867);
        q = Horner<V, T>(q, u, -0.0005691108781517993);
        q = Horner<V, T>(q, u, 0.0006168237072317186);
        q = Horner<V, T>(q, u, 1.0100453808658536);
        q = Horner<V, T>(q, u, 4.142724522684173);
        return a * V.SelectLess(w, C<V, T>(6), p, q);
    }

    /// <summary>erf(x) for |x| up to 0.925 (float, to 2^-26), 1 (double, to 2^-56).</summary>
    [MethodImpl(Inline)]
    static V ErfPoly<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V z = x * x;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = C<V, T>(8.343055378645658e-05);
            p = Horner<V, T>(p, z, -0.0008136295946314931);
            p = Horner<V, T>(p, z, 0.0052004666067659855);
            p = Horner<V, T>(p, z, -0.026859169825911522);
            p = Horner<V, T>(p, z, 0.11283691227436066);
            p = Horner<V, T>(p, z, -0.37612634897232056);
            p = Horner<V, T>(p, z, 0.12837916612625122);
        }
        else
        {
            p = C<V, T>(5.942534055523417e-11);
            p = Horner<V, T>(p, z, -1.1364087561637634e-09);
            p = Horner<V, T>(p, z, 1.4657480786308303e-08);
            p = Horner<V, T>(p, z, -1.6349967349136202e-07);
            p = Horner<V, T>(p, z, 1.6460967502736195e-06);
            p = Horner<V, T>(p, z, -1.4925593185117915e-05);
            p = Horner<V, T>(p, z, 0.00012055331023926562);
            p = Horner<V, T>(p, z, -0.0008548326978398574);
            p = Horner<V, T>(p, z, 0.005223977624775109);
            p = Horner<V, T>(p, z, -0.026866170645072327);
            p = Horner<V, T>(p, z, 0.11283791670954854);
            p = Horner<V, T>(p, z, -0.3761263890318375);
            p = Horner<V, T>(p, z, 0.1283791670955126);
        }
        return V.MultiplyAdd(p, x, x);
    }

    /// <summary>erfc(a) for a of 0 and more, in double.</summary>
    [MethodImpl(Call)]
    static V ErfcOfPositive<V, T>(V a)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V one = C<V, T>(1);
        a = AtMost<V, T>(a, 28);
        V four = C<V, T>(4);
        V t = (a - four) / (a + four);
        // (1 + 2a) exp(a^2) erfc(a), to 2^-53.8.
        V p = C<V, T>(-1.7175948189221084e-09);
        p = Horner<V, T>(p, t, -1.3386210522110509e-08);
        p = Horner<V, T>(p, t, -7.77897672905836e-09);
        p = Horner<V, T>(p, t, 1.1456114286741273e-07);
        p = Horner<V, T>(p, t, 6.238919992090777e-08);
        p = Horner<V, T>(p, t, -8.342401656428446e-07);
        p = Horner<V, T>(p, t, 3.0195634967229484e-07);
        p = Horner<V, T>(p, t, 5.717295044889524e-06);
        p = Horner<V, T>(p, t, -1.1225283032756842e-05);
        p = Horner<V, T>(p, t, -2.4402941393098208e-05);
        p = Horner<V, T>(p, t, 0.00015062247157373898);
        p = Horner<V, T>(p, t, -0.00019925556130775498);
        p = Horner<V, T>(p, t, -0.0007577734048617835);
        p = Horner<V, T>(p, t, 0.0050319697635807055);
        p = Horner<V, T>(p, t, -0.016197734048424693);
        p = Horner<V, T>(p, t, 0.03716751556185065);
        p = Horner<V, T>(p, t, -0.06633036581256388);
        p = Horner<V, T>(p, t, 0.09373283499682399);
        p = Horner<V, T>(p, t, -0.10103906603630114);
        p = Horner<V, T>(p, t, 0.0680970542547366);
        p = Horner<V, T>(p, t, 0.015379652102619764);
        p = Horner<V, T>(p, t, -0.1396211168405629);
        p = Horner<V, T>(p, t, 1.2329951186255526);
        // a^2 in two parts, the first exact: the square of a's upper half.
        V upper = a & Bits<V, T>(~0x7ffffffL);
        V rest = (a - upper) * (a + upper);
        return p / (one + a + a) * ExpOfSum<V, T>(-(upper * upper), -rest);
    }

    readonly struct ErfcFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => Erfc<W, double>(x);
    }

    readonly struct ErfInvFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => ErfInv<W, double>(x);
    }
}
