using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>
/// Elementary and special functions over vectors of float or double. One formula serves every width, so that with fused multiply-add in
/// hardware the bits are the same at each. Float results are within 2 units in the last place, double results within 4, unless a
/// function says otherwise; NaN, infinities, signed zeros and denormals follow C's math.h.
/// </summary>
/// <remarks>
/// The coefficients are minimax fits (Remez, relative error) on the intervals named beside them. "n by the shift": adding 1.5 * 2^23
/// (2^52 for double) rounds to an integer and leaves it in the low bits of the sum.
/// </remarks>
public static partial class VectorMath
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    // The functions themselves are calls: a loop into which two or three of them were inlined would pass the JIT's limit of locals, past
    // which not even the vector operators are inlined. A call costs some 5% of the fastest of them. They are compiled at once in full:
    // unoptimised code of nested generics runs 50 times slower.
    const MethodImplOptions Call = MethodImplOptions.NoInlining | Jit.Full;

    /// <summary>A constant in every lane, rounded to the element type.</summary>
    [MethodImpl(Inline)]
    static V C<V, T>(double value)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Constant(value);

    /// <summary>An integer's bits in every lane.</summary>
    [MethodImpl(Inline)]
    static V Bits<V, T>(long value)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged =>
        typeof(T) == typeof(float) ? V.Create(Unsafe.BitCast<int, T>((int)value)) : V.Create(Unsafe.BitCast<long, T>(value));

    /// <summary>One step of Horner's rule: acc * x + c.</summary>
    [MethodImpl(Inline)]
    static V Horner<V, T>(V acc, V x, double c)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.MultiplyAdd(acc, x, C<V, T>(c));

    /// <summary>1.5 * 2^(mantissa bits).</summary>
    [MethodImpl(Inline)]
    static V Shifter<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => C<V, T>(typeof(T) == typeof(float) ? 12582912.0 : 6755399441055744.0);

    /// <summary>x * 2^n for a whole number n, |n| up to twice the exponent range; one rounding, also into the denormals.</summary>
    [MethodImpl(Inline)]
    static V Scale<V, T>(V x, V n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (Avx512F.IsSupported && typeof(V) == typeof(V512<float>))
            return Unsafe.BitCast<Vector512<float>, V>(Avx512F.Scale(Unsafe.BitCast<V, Vector512<float>>(x), Unsafe.BitCast<V, Vector512<float>>(n)));
        if (Avx512F.IsSupported && typeof(V) == typeof(V512<double>))
            return Unsafe.BitCast<Vector512<double>, V>(Avx512F.Scale(Unsafe.BitCast<V, Vector512<double>>(x), Unsafe.BitCast<V, Vector512<double>>(n)));
        V bits = WholeToBits<V, T>(n);
        V half = bits >> 1;
        return x * PowerOfTwo<V, T>(half) * PowerOfTwo<V, T>(V.SubtractBits(bits, half));
    }

    /// <summary>A whole number, |n| below 2^22, as an integer in the lanes' bits.</summary>
    [MethodImpl(Inline)]
    static V WholeToBits<V, T>(V n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V shifter = Shifter<V, T>();
        return V.SubtractBits(n + shifter, shifter);
    }

    /// <summary>2^n with n in the lanes' bits, in the range of normal numbers.</summary>
    [MethodImpl(Inline)]
    static V PowerOfTwo<V, T>(V n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(T) == typeof(float)
            ? V.AddBits(n, Bits<V, T>(127)) << 23
            : V.AddBits(n, Bits<V, T>(1023)) << 52;

    /// <summary>x, but at most <paramref name="limit"/>; NaN stays.</summary>
    [MethodImpl(Inline)]
    static V AtMost<V, T>(V x, double limit)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.MinNative(C<V, T>(limit), x);

    /// <summary>x, but at least <paramref name="limit"/>; NaN stays.</summary>
    [MethodImpl(Inline)]
    static V AtLeast<V, T>(V x, double limit)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.MaxNative(C<V, T>(limit), x);

    /// <summary>The result, but x itself where |x| is so small that f(x) = x to the last bit; keeps -0 and denormals.</summary>
    [MethodImpl(Inline)]
    static V TinyIsItself<V, T>(V x, V result)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V tiny = C<V, T>(typeof(T) == typeof(float) ? 1.0 / (1 << 26) : 1.0 / (1L << 55));
        return V.SelectLess(V.Abs(x), tiny, x, result);
    }

    /// <summary>A function written over vectors of double, for <see cref="ViaDouble{V,T,F}(V)"/>.</summary>
    interface IDoubleFunc
    {
        static abstract W Invoke<W>(W x)
            where W : unmanaged, ISimd<W, double>;
    }

    interface IDoubleFunc2
    {
        static abstract W Invoke<W>(W x, W y)
            where W : unmanaged, ISimd<W, double>;
    }

    /// <summary>Widens floats, computes in double, rounds back: for functions whose speed does not matter enough for polynomials of their own.</summary>
    [MethodImpl(Inline)]
    static V ViaDouble<V, T, F>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where F : struct, IDoubleFunc
    {
        if (typeof(V) == typeof(V512<float>))
        {
            (V512<double> low, V512<double> high) = Widen.Halves(Unsafe.BitCast<V, V512<float>>(x));
            return Unsafe.BitCast<V512<float>, V>(Widen.Join(F.Invoke(low), F.Invoke(high)));
        }
        if (typeof(V) == typeof(V256<float>))
        {
            (V256<double> low, V256<double> high) = Widen.Halves(Unsafe.BitCast<V, V256<float>>(x));
            return Unsafe.BitCast<V256<float>, V>(Widen.Join(F.Invoke(low), F.Invoke(high)));
        }
        else
        {
            (V128<double> low, V128<double> high) = Widen.Halves(Unsafe.BitCast<V, V128<float>>(x));
            return Unsafe.BitCast<V128<float>, V>(Widen.Join(F.Invoke(low), F.Invoke(high)));
        }
    }

    [MethodImpl(Inline)]
    static V ViaDouble<V, T, F>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where F : struct, IDoubleFunc2
    {
        if (typeof(V) == typeof(V512<float>))
        {
            (V512<double> low, V512<double> high) = Widen.Halves(Unsafe.BitCast<V, V512<float>>(x));
            (V512<double> low2, V512<double> high2) = Widen.Halves(Unsafe.BitCast<V, V512<float>>(y));
            return Unsafe.BitCast<V512<float>, V>(Widen.Join(F.Invoke(low, low2), F.Invoke(high, high2)));
        }
        if (typeof(V) == typeof(V256<float>))
        {
            (V256<double> low, V256<double> high) = Widen.Halves(Unsafe.BitCast<V, V256<float>>(x));
            (V256<double> low2, V256<double> high2) = Widen.Halves(Unsafe.BitCast<V, V256<float>>(y));
            return Unsafe.BitCast<V256<float>, V>(Widen.Join(F.Invoke(low, low2), F.Invoke(high, high2)));
        }
        else
        {
            (V128<double> low, V128<double> high) = Widen.Halves(Unsafe.BitCast<V, V128<float>>(x));
            (V128<double> low2, V128<double> high2) = Widen.Halves(Unsafe.BitCast<V, V128<float>>(y));
            return Unsafe.BitCast<V128<float>, V>(Widen.Join(F.Invoke(low, low2), F.Invoke(high, high2)));
        }
    }
}
