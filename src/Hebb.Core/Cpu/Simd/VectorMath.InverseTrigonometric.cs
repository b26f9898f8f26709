using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Call)]
    public static V Asin<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        V p = AsinOfHalf<V, T>(a);
        V y = V.SelectLess(Turn<V, T>(), a, HalfPi<V, T>() - (p + p - HalfPiLow<V, T>()), p);
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    [MethodImpl(Call)]
    public static V Acos<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        V p = AsinOfHalf<V, T>(a);
        V twice = p + p;
        V left = HalfPi<V, T>() + HalfPi<V, T>() - (twice - HalfPiLow<V, T>() - HalfPiLow<V, T>());
        V inner = HalfPi<V, T>() - (V.CopySign(p, x) - HalfPiLow<V, T>());
        return V.SelectLess(Turn<V, T>(), a, V.SelectLess(x, V.Zero, left, twice), inner);
    }

    /// <summary>Where asin turns to its other formula: float at 0.55, past which 2 asin(s) no longer doubles an error of pi/2's size.</summary>
    [MethodImpl(Inline)]
    static V Turn<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(typeof(T) == typeof(float) ? 0.55 : 0.5);

    /// <summary>asin(a) up to <see cref="Turn{V,T}"/>, and asin(sqrt((1-a)/2)) past it (NaN past 1).</summary>
    [MethodImpl(Inline)]
    static V AsinOfHalf<V, T>(V a)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V turn = Turn<V, T>();
        V z = V.SelectLess(turn, a, C<V, T>(0.5) * (C<V, T>(1) - a), a * a);
        V s = V.SelectLess(turn, a, V.Sqrt(z), a);
        V p;
        if (typeof(T) == typeof(float))
        {
            // (asin(s) - s) / s^3 in z = s^2; in asin(s) the error is 2^-28 (float), 2^-58 (double).
            p = C<V, T>(0.04517444223165512);
            p = Horner<V, T>(p, z, 0.008678091689944267);
            p = Horner<V, T>(p, z, 0.03341230750083923);
            p = Horner<V, T>(p, z, 0.044315312057733536);
            p = Horner<V, T>(p, z, 0.07501600682735443);
            p = Horner<V, T>(p, z, 0.1666664034128189);
        }
        else
        {
            p = C<V, T>(0.03265325926789436);
            p = Horner<V, T>(p, z, -0.021037415570989513);
            p = Horner<V, T>(p, z, 0.021733797890055973);
            p = Horner<V, T>(p, z, 0.0036958942256602764);
            p = Horner<V, T>(p, z, 0.01078295079896626);
            p = Horner<V, T>(p, z, 0.011398446555395047);
            p = Horner<V, T>(p, z, 0.013980875483985586);
            p = Horner<V, T>(p, z, 0.017351607601962603);
            p = Horner<V, T>(p, z, 0.022372215223304813);
            p = Horner<V, T>(p, z, 0.030381942699790374);
            p = Horner<V, T>(p, z, 0.04464285717477031);
            p = Horner<V, T>(p, z, 0.07499999999970643);
            p = Horner<V, T>(p, z, 0.1666666666666676);
        }
        return V.MultiplyAdd(p * z, s, s);
    }

    [MethodImpl(Call)]
    public static V Atan<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        V one = C<V, T>(1);
        // Past tan(3 pi/8): pi/2 - atan(1/a). Past tan(pi/8): pi/4 + atan((a-1)/(a+1)).
        V far = C<V, T>(2.414213562373095), near = C<V, T>(0.41421356237309503);
        V t = V.SelectLess(far, a, -one, V.SelectLess(near, a, a - one, a)) / V.SelectLess(far, a, a, V.SelectLess(near, a, a + one, one));
        V high = V.SelectLess(far, a, HalfPi<V, T>(), V.SelectLess(near, a, QuarterPi<V, T>(), V.Zero));
        V low = V.SelectLess(far, a, HalfPiLow<V, T>(), V.SelectLess(near, a, QuarterPiLow<V, T>(), V.Zero));
        V y = AtanSum<V, T>(t, high, low);
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    /// <summary>The angle of the point (x, y), from -pi to pi.</summary>
    [MethodImpl(Call)]
    public static V Atan2<V, T>(V y, V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        V ax = V.Abs(x), ay = V.Abs(y);
        V large = V.SelectLess(ax, ay, ay, ax), small = V.SelectLess(ax, ay, ax, ay);
        // Both infinite or both 0: the quotients 1 and 0.
        V infinity = C<V, T>(double.PositiveInfinity);
        V one = C<V, T>(1);
        large = V.SelectEqual(large, V.Zero, one, V.SelectEqual(small, infinity, one, large));
        small = V.SelectEqual(small, infinity, one, small);
        // Kept from overflow in large + small, and from denormals.
        V scale = V.SelectLess(large, C<V, T>(single ? 1e-30 : 1e-290), C<V, T>(single ? 1L << 40 : 1L << 60), one);
        scale = V.SelectLess(C<V, T>(single ? 8.5e37 : 4e307), large, C<V, T>(0.25), scale);
        large *= scale;
        small *= scale;

        V bound = large * C<V, T>(0.41421356237309503);
        V t = V.SelectLess(bound, small, small - large, small) / V.SelectLess(bound, small, small + large, large);
        // The angle in the first octant is t' = base + atan(t); then steep: pi/2 - t'; then x < 0: pi - t'.
        V high = V.SelectLess(bound, small, QuarterPi<V, T>(), V.Zero);
        V low = V.SelectLess(bound, small, QuarterPiLow<V, T>(), V.Zero);
        high = V.SelectLess(ax, ay, HalfPi<V, T>() - high, high);
        low = V.SelectLess(ax, ay, HalfPiLow<V, T>() - low, low);
        V sign = V.SelectLess(ax, ay, -one, one);
        V left = x >> (single ? 31 : 63);
        sign = V.Select(left, -sign, sign);
        high = V.Select(left, HalfPi<V, T>() + HalfPi<V, T>() - high, high);
        low = V.Select(left, HalfPiLow<V, T>() + HalfPiLow<V, T>() - low, low);
        V result = V.CopySign(AtanSum<V, T>(t * sign, high, low), y);
        V sum = x + y;
        return V.SelectEqual(x, x, V.SelectEqual(y, y, result, sum), sum);
    }

    /// <summary>high + low + atan(t) for |t| up to tan(pi/8).</summary>
    [MethodImpl(Inline)]
    static V AtanSum<V, T>(V t, V high, V low)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V z = t * t;
        V p;
        if (typeof(T) == typeof(float))
        {
            // (atan(t) - t) / t^3; in atan(t) the error is 2^-28 (float), 2^-57 (double).
            p = C<V, T>(-0.06077054515480995);
            p = Horner<V, T>(p, z, 0.10593374073505402);
            p = Horner<V, T>(p, z, -0.14243477582931519);
            p = Horner<V, T>(p, z, 0.19998468458652496);
            p = Horner<V, T>(p, z, -0.33333316445350647);
        }
        else
        {
            p = C<V, T>(-0.017897537649687007);
            p = Horner<V, T>(p, z, 0.038055415835433426);
            p = Horner<V, T>(p, z, -0.05038931021762057);
            p = Horner<V, T>(p, z, 0.05847802938423023);
            p = Horner<V, T>(p, z, -0.06663091642455718);
            p = Horner<V, T>(p, z, 0.07692059069288157);
            p = Horner<V, T>(p, z, -0.09090897689846611);
            p = Horner<V, T>(p, z, 0.11111110780962502);
            p = Horner<V, T>(p, z, -0.14285714280143544);
            p = Horner<V, T>(p, z, 0.19999999999953028);
            p = Horner<V, T>(p, z, -0.3333333333333319);
        }
        return high + (t + V.MultiplyAdd(p * z, t, low));
    }

    [MethodImpl(Inline)]
    static V HalfPi<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(1.5707963267948966);

    /// <summary>pi/2 less its value in the element type.</summary>
    [MethodImpl(Inline)]
    static V HalfPiLow<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(typeof(T) == typeof(float) ? -4.371138828673793e-08 : 6.123233995736766e-17);

    [MethodImpl(Inline)]
    static V QuarterPi<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(0.7853981633974483);

    /// <summary>pi/4 less its value in the element type.</summary>
    [MethodImpl(Inline)]
    static V QuarterPiLow<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(typeof(T) == typeof(float) ? -2.1855694143368964e-08 : 3.061616997868383e-17);
}
