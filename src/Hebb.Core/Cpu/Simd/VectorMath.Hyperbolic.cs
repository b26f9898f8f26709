using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    [MethodImpl(Call)]
    public static V Tanh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedTanh<V, T>(x);

    /// <summary><see cref="Tanh"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedTanh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        if (typeof(T) == typeof(float))
        {
            // (tanh(x) - x) / x^3 in z = x^2 up to 0.625^2; in tanh(x) the error is 2^-28.7.
            V z = x * x;
            V p = C<V, T>(0.002142618875950575);
            p = Horner<V, T>(p, z, -0.008177033625543118);
            p = Horner<V, T>(p, z, 0.021700561046600342);
            p = Horner<V, T>(p, z, -0.053946737200021744);
            p = Horner<V, T>(p, z, 0.1333320587873459);
            p = Horner<V, T>(p, z, -0.3333333134651184);
            V inner = V.MultiplyAdd(p * z, a, a);
            V outer = C<V, T>(1) - C<V, T>(2) / (InlinedExp<V, T>(a + a) + C<V, T>(1));
            return V.CopySign(V.SelectLess(a, C<V, T>(0.625), inner, outer), x);
        }
        V t = Expm1<V, T>(AtMost<V, T>(a + a, 44));
        V two = C<V, T>(2), sum = t + two, y = t / sum;
        // What the addition and the division lost, so that only the error of t remains.
        V rest = V.FusedMultiplyAdd(-y, sum, t) - y * (t - (sum - two));
        return V.CopySign(y + rest / sum, x);
    }

    [MethodImpl(Call)]
    public static V Sinh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V a = V.Abs(x);
        V inner;
        if (typeof(T) == typeof(float))
        {
            // (sinh(x) - x) / x^3 in z = x^2 up to 1; in sinh(x) the error is 2^-27.3.
            V z = a * a;
            V p = C<V, T>(2.817012045852607e-06);
            p = Horner<V, T>(p, z, 0.0001983614929486066);
            p = Horner<V, T>(p, z, 0.008333350531756878);
            p = Horner<V, T>(p, z, 0.1666666716337204);
            inner = V.MultiplyAdd(p * z, a, a);
        }
        else
        {
            V t = Expm1<V, T>(AtMost<V, T>(a, 2));
            inner = C<V, T>(0.5) * (t + t / (t + C<V, T>(1)));
        }
        V e = HalfExp<V, T>(a);
        V outer = e - C<V, T>(0.25) / e;
        return TinyIsItself<V, T>(x, V.CopySign(V.SelectLess(a, C<V, T>(1), inner, outer), x));
    }

    [MethodImpl(Call)]
    public static V Cosh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V e = HalfExp<V, T>(V.Abs(x));
        return e + C<V, T>(0.25) / e;
    }

    [MethodImpl(Call)]
    public static V Asinh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, AsinhFunc>(x);
        V one = C<V, T>(1);
        V a = V.Abs(x);
        V large = C<V, T>(1e9);
        V b = AtMost<V, T>(a, 1e9);
        V square = b * b;
        V y = Log1p<V, T>(V.SelectLess(large, a, a - one, b + square / (one + V.Sqrt(one + square))));
        y = V.SelectLess(large, a, y + C<V, T>(0.6931471805599453), y);
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    /// <summary>NaN under 1.</summary>
    [MethodImpl(Call)]
    public static V Acosh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, AcoshFunc>(x);
        V one = C<V, T>(1);
        V large = C<V, T>(1e9);
        V t = x - one;
        V b = AtMost<V, T>(t, 1e9);
        V y = Log1p<V, T>(V.SelectLess(large, x, t, b + V.Sqrt(V.MultiplyAdd(b, b, b + b))));
        y = V.SelectLess(large, x, y + C<V, T>(0.6931471805599453), y);
        return V.SelectLess(x, one, C<V, T>(double.NaN), y);
    }

    [MethodImpl(Call)]
    public static V Atanh<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return ViaDouble<V, T, AtanhFunc>(x);
        V a = V.Abs(x);
        V y = C<V, T>(0.5) * Log1p<V, T>((a + a) / (C<V, T>(1) - a));
        return TinyIsItself<V, T>(x, V.CopySign(y, x));
    }

    readonly struct AsinhFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => Asinh<W, double>(x);
    }

    readonly struct AcoshFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => Acosh<W, double>(x);
    }

    readonly struct AtanhFunc : IDoubleFunc
    {
        public static W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double> => Atanh<W, double>(x);
    }
}
