using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Call)]
    public static V Sin<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedSin<V, T>(x);

    /// <summary><see cref="Sin"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedSin<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V q) = ReduceQuarter<V, T>(x);
        V odd = IsOdd<V, T>(q);
        V y = V.Select(odd, CosPoly<V, T>(r), SinPoly<V, T>(r));
        y = TinyIsItself<V, T>(x, y ^ SignOfBit1<V, T>(q));
        return V.AnyLess(Reach<V, T>(), V.Abs(x)) ? V.SelectLess(Reach<V, T>(), V.Abs(x), V.Map<FarSin<T>>(x), y) : y;
    }

    [MethodImpl(Call)]
    public static V Cos<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedCos<V, T>(x);

    /// <summary><see cref="Cos"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedCos<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V q) = ReduceQuarter<V, T>(x);
        V odd = IsOdd<V, T>(q);
        V y = V.Select(odd, SinPoly<V, T>(r), CosPoly<V, T>(r));
        y ^= SignOfBit1<V, T>(V.AddBits(q, Bits<V, T>(1)));
        return V.AnyLess(Reach<V, T>(), V.Abs(x)) ? V.SelectLess(Reach<V, T>(), V.Abs(x), V.Map<FarCos<T>>(x), y) : y;
    }

    [MethodImpl(Call)]
    public static V Tan<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, TanFunc>(x);
        (V r, V q) = ReduceQuarter<V, T>(x);
        V odd = IsOdd<V, T>(q);
        V s = SinPoly<V, T>(r), c = CosPoly<V, T>(r);
        V y = V.Select(odd, -c, s) / V.Select(odd, s, c);
        y = TinyIsItself<V, T>(x, y);
        return V.AnyLess(Reach<V, T>(), V.Abs(x)) ? V.SelectLess(Reach<V, T>(), V.Abs(x), V.Map<FarTan<T>>(x), y) : y;
    }

    /// <summary>
    /// Sine and cosine of an angle spread evenly over the circle by the lane's bits: the upper two give the quarter turn q, the others as a
    /// signed fraction f of one, from -1/2 to 1/2, for the angle (q + f) pi/2.
    /// </summary>
    [MethodImpl(Inline)]
    internal static V SinCosOfTurn<V, T>(V turn, out V cosine)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        V q = turn >>> (single ? 30 : 62);
        V r = V.ConvertFromBits(turn << 2) * C<V, T>(single ? 3.657295198167899e-10 : 8.515303950216386e-20); // pi/2 / 2^32, 2^64
        V s = SinPoly<V, T>(r), c = CosPoly<V, T>(r);
        V odd = IsOdd<V, T>(q);
        cosine = V.Select(odd, s, c) ^ SignOfBit1<V, T>(V.AddBits(q, Bits<V, T>(1)));
        return V.Select(odd, c, s) ^ SignOfBit1<V, T>(q);
    }

    /// <summary>
    /// x = q pi/2 + r with |r| at most pi/4 and q's low bits in the lane's, for |x| up to <see cref="Reach{V,T}"/>: past it the parts of pi/2
    /// no longer multiply exactly.
    /// </summary>
    [MethodImpl(Inline)]
    static (V R, V Q) ReduceQuarter<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        V shifter = Shifter<V, T>();
        V t = V.MultiplyAdd(x, C<V, T>(0.6366197723675814), shifter);
        V n = t - shifter;
        // The first steps are exact; what the rounding of the next loses is added with the last.
        V exact = V.MultiplyAdd(n, C<V, T>(single ? -1.5703125 : -1.5707963267341256), x);
        if (single)
            exact = V.MultiplyAdd(n, C<V, T>(-0.0004837512969970703), exact);
        V next = C<V, T>(single ? -7.549533620476723e-08 : -6.077100506303966e-11);
        V r = V.MultiplyAdd(n, next, exact);
        V lost = V.MultiplyAdd(n, next, exact - r);
        r += V.MultiplyAdd(n, C<V, T>(single ? -2.5633440682570896e-12 : -2.0222662487959506e-21), lost);
        return (r, t);
    }

    [MethodImpl(Inline)]
    static V Reach<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(typeof(T) == typeof(float) ? 8192 : 524288);

    /// <summary>Bit 0 of q as a mask.</summary>
    [MethodImpl(Inline)]
    static V IsOdd<V, T>(V q)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(T) == typeof(float) ? (q << 31) >> 31 : (q << 63) >> 63;

    /// <summary>The sign bit, where bit 1 of q is set.</summary>
    [MethodImpl(Inline)]
    static V SignOfBit1<V, T>(V q)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => (q & Bits<V, T>(2)) << (typeof(T) == typeof(float) ? 30 : 62);

    /// <summary>sin(r) for |r| up to pi/4, to 2^-28 (float), 2^-57 (double).</summary>
    [MethodImpl(Inline)]
    static V SinPoly<V, T>(V r)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V z = r * r;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = C<V, T>(2.718102905419073e-06);
            p = Horner<V, T>(p, z, -0.00019839309970848262);
            p = Horner<V, T>(p, z, 0.008333329111337662);
            p = Horner<V, T>(p, z, -0.1666666716337204);
        }
        else
        {
            p = C<V, T>(-7.578506135172258e-13);
            p = Horner<V, T>(p, z, 1.6058362486063596e-10);
            p = Horner<V, T>(p, z, -2.5052104876604603e-08);
            p = Horner<V, T>(p, z, 2.7557319214045025e-06);
            p = Horner<V, T>(p, z, -0.00019841269841254763);
            p = Horner<V, T>(p, z, 0.008333333333333323);
            p = Horner<V, T>(p, z, -0.16666666666666666);
        }
        return V.MultiplyAdd(p * z, r, r);
    }

    /// <summary>cos(r) for |r| up to pi/4, to 2^-30 (float), 2^-59 (double).</summary>
    [MethodImpl(Inline)]
    static V CosPoly<V, T>(V r)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V z = r * r;
        V p;
        if (typeof(T) == typeof(float))
        {
            p = C<V, T>(-2.7205612695979653e-07);
            p = Horner<V, T>(p, z, 2.4799457605695352e-05);
            p = Horner<V, T>(p, z, -0.0013888883404433727);
            p = Horner<V, T>(p, z, 0.0416666679084301);
        }
        else
        {
            p = C<V, T>(4.737729932960052e-14);
            p = Horner<V, T>(p, z, -1.1470284381906568e-11);
            p = Horner<V, T>(p, z, 2.087675428302014e-09);
            p = Horner<V, T>(p, z, -2.7557319214981764e-07);
            p = Horner<V, T>(p, z, 2.480158730157051e-05);
            p = Horner<V, T>(p, z, -0.0013888888888888872);
            p = Horner<V, T>(p, z, 0.041666666666666664);
        }
        V one = C<V, T>(1);
        V half = C<V, T>(0.5) * z;
        V w = one - half;
        return w + V.MultiplyAdd(z * z, p, one - w - half);
    }

    readonly struct FarSin<T> : ILaneFunc<T>
    {
        public static T Invoke(T x) => typeof(T) == typeof(float) ? (T)(object)(float)Math.Sin((float)(object)x!) : (T)(object)Math.Sin((double)(object)x!);
    }

    readonly struct FarCos<T> : ILaneFunc<T>
    {
        public static T Invoke(T x) => typeof(T) == typeof(float) ? (T)(object)(float)Math.Cos((float)(object)x!) : (T)(object)Math.Cos((double)(object)x!);
    }

    readonly struct FarTan<T> : ILaneFunc<T>
    {
        public static T Invoke(T x) => (T)(object)Math.Tan((double)(object)x!);
    }

    readonly struct TanFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => Tan<W, double>(x);
    }
}
