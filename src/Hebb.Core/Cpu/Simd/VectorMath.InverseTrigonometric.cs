using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Inline)]
    public static V Asin<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V p, V upper) = AsinOfHalf<V, T>(V.Abs(x));
        V y = V.Select(upper, HalfPi<V, T>() - (p + p - HalfPiLow<V, T>()), p);
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    [MethodImpl(Inline)]
    public static V Acos<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V p, V upper) = AsinOfHalf<V, T>(V.Abs(x));
        V negative = V.Less(x, V.Zero);
        V twice = p + p;
        V outer = V.Select(negative, HalfPi<V, T>() + HalfPi<V, T>() - (twice - HalfPiLow<V, T>() - HalfPiLow<V, T>()), twice);
        V inner = HalfPi<V, T>() - (V.CopySign(p, x) - HalfPiLow<V, T>());
        return V.Select(upper, outer, inner);
    }

    /// <summary>asin(a) for a up to about 1/2, and asin(sqrt((1-a)/2)) past it (NaN past 1), with the mask of the latter.</summary>
    [MethodImpl(Inline)]
    static (V P, V Upper) AsinOfHalf<V, T>(V a)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V half = C<V, T>(0.5);
        // Float turns at 0.55: there 2 asin(s) no longer doubles an error in units of pi/2's last place.
        V upper = V.Greater(a, C<V, T>(typeof(T) == typeof(float) ? 0.55 : 0.5));
        V z = V.Select(upper, half * (C<V, T>(1) - a), a * a);
        V s = V.Select(upper, V.Sqrt(z), a);
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
        return (V.MultiplyAdd(p * z, s, s), upper);
    }

    [MethodImpl(Inline)]
    public static V Atan<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        V one = C<V, T>(1);
        // Past tan(3 pi/8): pi/2 - atan(1/a). Past tan(pi/8): pi/4 + atan((a-1)/(a+1)).
        V upper = V.Greater(a, C<V, T>(2.414213562373095));
        V middle = V.Greater(a, C<V, T>(0.41421356237309503));
        V t = V.Select(upper, -one, V.Select(middle, a - one, a)) / V.Select(upper, a, V.Select(middle, a + one, one));
        V y = AtanSum<V, T>(t, V.Select(upper, HalfPi<V, T>(), middle & (C<V, T>(0.5) * HalfPi<V, T>())),
            V.Select(upper, HalfPiLow<V, T>(), middle & (C<V, T>(0.5) * HalfPiLow<V, T>())));
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    /// <summary>The angle of the point (x, y), from -pi to pi.</summary>
    [MethodImpl(Inline)]
    public static V Atan2<V, T>(V y, V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        V ax = V.Abs(x), ay = V.Abs(y);
        V steep = V.Greater(ay, ax);
        V large = V.Select(steep, ay, ax), small = V.Select(steep, ax, ay);
        // Both infinite or both 0: the quotients 1 and 0.
        V infinity = C<V, T>(double.PositiveInfinity);
        V one = C<V, T>(1);
        V diagonal = V.Equal(small, infinity);
        large = V.Select(diagonal | V.Equal(large, V.Zero), one, large);
        small = V.Select(diagonal, one, small);
        // Kept from overflow in large + small, and from denormals.
        V huge = V.Greater(large, C<V, T>(single ? 8.5e37 : 4e307));
        V scale = V.Select(huge, C<V, T>(0.25), V.Select(V.Less(large, C<V, T>(single ? 1e-30 : 1e-290)), C<V, T>(single ? 1L << 40 : 1L << 60), one));
        large *= scale;
        small *= scale;

        V middle = V.Greater(small, large * C<V, T>(0.41421356237309503));
        V t = V.Select(middle, small - large, small) / V.Select(middle, small + large, large);
        // The angle in the first octant is t' = base + atan(t); then steep: pi/2 - t'; then x < 0: pi - t'.
        V quarter = C<V, T>(0.5) * HalfPi<V, T>(), quarterLow = C<V, T>(0.5) * HalfPiLow<V, T>();
        V high = middle & quarter, low = middle & quarterLow;
        V sign = V.Select(steep, C<V, T>(-1), one);
        high = V.Select(steep, HalfPi<V, T>() - high, high);
        low = V.Select(steep, HalfPiLow<V, T>() - low, low);
        V left = (x >> (single ? 31 : 63)) & V.Equal(x, x);
        sign = V.Select(left, -sign, sign);
        high = V.Select(left, HalfPi<V, T>() + HalfPi<V, T>() - high, high);
        low = V.Select(left, HalfPiLow<V, T>() + HalfPiLow<V, T>() - low, low);
        V result = V.CopySign(AtanSum<V, T>(t * sign, high, low), y);
        return V.Select(V.Equal(x, x) & V.Equal(y, y), result, x + y);
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
}
