using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>Powers of two of products, for gates by the logistic function.</summary>
public static partial class VectorMath
{
    /// <summary>1.5 * 2^23 and the exponent of 1 in floats: adding it leaves a number, rounded, in the last bits as an exponent.</summary>
    private const double BiasedShifter = 12582912 + 127;

    /// <summary>Whether powers of two are reduced by shifts of the exponent: of floats, unless an instruction of AVX-512 does that. Only then there are functions of four vectors.</summary>
    [MethodImpl(Inline)]
    internal static bool ReducesByShift<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(T) == typeof(float) && !(Avx512DQ.IsSupported && typeof(V) == typeof(V512<float>));

    /// <summary>x / (1 + 2^(a b)), within 3 units in the last place of x: gates by the logistic function. For floats a b lies from -127.5 to 128.5.</summary>
    [MethodImpl(Inline)]
    internal static V Gate<V, T>(V x, V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (!ReducesByShift<V, T>())
            return x / (C<V, T>(1) + QuickPowerOfTwo<V, T>(a * b));
        V scale = ReducePower<V, T>(ref a, b);
        return x / V.MultiplyAdd(PowerTail<V, T>(a), scale, C<V, T>(1));
    }

    /// <summary>2^(a b) for sums and quotients that round more than it does. For floats a b lies from -127.5, where it is 0, to 128.5, where it is infinite.</summary>
    [MethodImpl(Inline)]
    internal static V QuickPowerOfTwo<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (!ReducesByShift<V, T>())
            return QuickPowerOfTwo<V, T>(a * b);
        V scale = ReducePower<V, T>(ref a, b);
        return PowerTail<V, T>(a) * scale;
    }

    /// <summary><see cref="Gate{V,T}(V,V,V)"/> of four, where <see cref="ReducesByShift"/>.</summary>
    [MethodImpl(Inline)]
    internal static void Gate<V, T>(ref V x0, ref V x1, ref V x2, ref V x3, V a0, V a1, V a2, V a3, V b0, V b1, V b2, V b3)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        PowerParts<V, T>(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        V one = C<V, T>(1);
        x0 /= V.MultiplyAdd(a0, b0, one);
        x1 /= V.MultiplyAdd(a1, b1, one);
        x2 /= V.MultiplyAdd(a2, b2, one);
        x3 /= V.MultiplyAdd(a3, b3, one);
    }

    /// <summary><see cref="QuickPowerOfTwo{V,T}(V,V)"/> of four, in place of a, where <see cref="ReducesByShift"/>.</summary>
    [MethodImpl(Inline)]
    internal static void QuickPowerOfTwo<V, T>(ref V a0, ref V a1, ref V a2, ref V a3, V b0, V b1, V b2, V b3)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        PowerParts<V, T>(ref a0, ref a1, ref a2, ref a3, ref b0, ref b1, ref b2, ref b3);
        (a0, a1, a2, a3) = (a0 * b0, a1 * b1, a2 * b2, a3 * b3);
    }

    /// <summary>Takes two factors to two others, the second a power of two, whose product is 2^(a b).</summary>
    [MethodImpl(Inline)]
    static void PowerParts<V, T>(ref V a0, ref V a1, ref V a2, ref V a3, ref V b0, ref V b1, ref V b2, ref V b3)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V k = C<V, T>(BiasedShifter);
        V t0 = V.MultiplyAdd(a0, b0, k), t1 = V.MultiplyAdd(a1, b1, k), t2 = V.MultiplyAdd(a2, b2, k), t3 = V.MultiplyAdd(a3, b3, k);
        a0 = V.MultiplyAdd(a0, b0, k - t0);
        a1 = V.MultiplyAdd(a1, b1, k - t1);
        a2 = V.MultiplyAdd(a2, b2, k - t2);
        a3 = V.MultiplyAdd(a3, b3, k - t3);
        (b0, b1, b2, b3) = (t0 << 23, t1 << 23, t2 << 23, t3 << 23);
        k = C<V, T>(Power5);
        V l = C<V, T>(Power4);
        t0 = V.MultiplyAdd(k, a0, l);
        t1 = V.MultiplyAdd(k, a1, l);
        t2 = V.MultiplyAdd(k, a2, l);
        t3 = V.MultiplyAdd(k, a3, l);
        k = C<V, T>(Power3);
        t0 = V.MultiplyAdd(t0, a0, k);
        t1 = V.MultiplyAdd(t1, a1, k);
        t2 = V.MultiplyAdd(t2, a2, k);
        t3 = V.MultiplyAdd(t3, a3, k);
        k = C<V, T>(Power2);
        t0 = V.MultiplyAdd(t0, a0, k);
        t1 = V.MultiplyAdd(t1, a1, k);
        t2 = V.MultiplyAdd(t2, a2, k);
        t3 = V.MultiplyAdd(t3, a3, k);
        k = C<V, T>(Power1);
        t0 = V.MultiplyAdd(t0, a0, k);
        t1 = V.MultiplyAdd(t1, a1, k);
        t2 = V.MultiplyAdd(t2, a2, k);
        t3 = V.MultiplyAdd(t3, a3, k);
        k = C<V, T>(1);
        a0 = V.MultiplyAdd(t0, a0, k);
        a1 = V.MultiplyAdd(t1, a1, k);
        a2 = V.MultiplyAdd(t2, a2, k);
        a3 = V.MultiplyAdd(t3, a3, k);
    }

    /// <summary>2^(a b) = scale 2^f; gives the scale, and f in place of a. The product is not rounded.</summary>
    [MethodImpl(Inline)]
    static V ReducePower<V, T>(ref V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V shifter = C<V, T>(BiasedShifter), t = V.MultiplyAdd(a, b, shifter);
        a = V.MultiplyAdd(a, b, shifter - t);
        // The last bits of t are the exponent's; shifted, nothing else is left of it.
        return t << 23;
    }

    /// <summary>2^f of floats for f up to 1/2, with an error of 2^-23.3.</summary>
    [MethodImpl(Inline)]
    static V PowerTail<V, T>(V f)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V p = V.MultiplyAdd(C<V, T>(Power5), f, C<V, T>(Power4));
        p = Horner<V, T>(p, f, Power3);
        p = Horner<V, T>(p, f, Power2);
        p = Horner<V, T>(p, f, Power1);
        return Horner<V, T>(p, f, 1);
    }
}
