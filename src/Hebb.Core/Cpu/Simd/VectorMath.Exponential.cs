using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    /// <summary>2^f of floats for |f| up to 1/2: 1 and these times powers of f, within 2^-23.3.</summary>
    private const double Power1 = 0.6931470036506653, Power2 = 0.24022245407104492, Power3 = 0.05550709739327431, Power4 = 0.009671393781900406, Power5 = 0.0013270687777549028;

    [MethodImpl(Call)]
    public static V Exp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedExp<V, T>(x);

    /// <summary><see cref="Exp"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        return Scale<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), n);
    }

    /// <summary>exp(x) / 2, which overflows later than exp(x).</summary>
    [MethodImpl(Inline)]
    static V HalfExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        return Scale<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), n - C<V, T>(1));
    }

    /// <summary>exp(x + low) for a small correction to x.</summary>
    [MethodImpl(Inline)]
    static V ExpOfSum<V, T>(V x, V low)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        (V r, V n) = ReduceExp<V, T>(x);
        r += low;
        return Scale<V, T>(C<V, T>(1) + V.MultiplyAdd(r * r, ExpTail<V, T>(r), r), n);
    }

    /// <summary>
    /// exp(x) of x up to 80 for sums and quotients that round more than it does: within 3 + |x| / 4 units in the last place, where a rounding of x itself
    /// makes up to |x| / 2. 0 below -87.7.
    /// </summary>
    [MethodImpl(Inline)]
    internal static V QuickExp<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) != typeof(float))
            return InlinedExp<V, T>(x);
        if (Avx512DQ.IsSupported && typeof(V) == typeof(V512<float>))
        {
            Vector512<float> z = Unsafe.BitCast<V, Vector512<float>>(x), turns = Vector512.Create(1.4426950408889634f), y = z * turns;
            Vector512<float> power = PowerOfTwo512(y, Avx512F.FusedMultiplySubtract(z, turns, y));
            return Unsafe.BitCast<Vector512<float>, V>(Vector512.ConditionalSelect(Avx512F.CompareNotLessThan(z, Vector512.Create(-87.33f)), power, Vector512<float>.Zero));
        }
        // Fused, what is left of x log2(e) loses only what log2(e) itself lost.
        V log2 = C<V, T>(1.4426950408889634), shifter = Shifter<V, T>(), least = AtLeast<V, T>(x, -88), t = V.MultiplyAdd(least, log2, shifter);
        return PowerOfTwo24<V, T>(V.MultiplyAdd(least, log2, shifter - t), t);
    }

    /// <summary>Whether <see cref="SharedExp"/> has a way of its own.</summary>
    [MethodImpl(Inline)]
    internal static bool HasSharedExp<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(T) == typeof(float) && typeof(V) != typeof(V512<float>);

    /// <summary>What <see cref="SharedExp"/> asks for, where no element of a row is greater than <paramref name="most"/>, a finite number up to 2^20.</summary>
    [MethodImpl(Inline)]
    internal static (V Least, V Shift) SharedExpBounds<V, T>(V most)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (!HasSharedExp<V, T>())
            return (most, most);
        V turns = V.Round(most * C<V, T>(1.4426950408889634)), bias = C<V, T>(127);
        return ((turns - bias) * C<V, T>(0.6931471805599453), Shifter<V, T>() + bias - turns);
    }

    /// <summary>
    /// As <see cref="QuickExp"/> of x - most, times a factor from 1/sqrt(2) to sqrt(2) that is the same for a whole row: where weights are divided by their sum, it drops out.
    /// The whole part of most log2(e) is taken off by the addition that rounds to whole turns, which saves a subtraction, and the exponent comes out with its bias.
    /// </summary>
    [MethodImpl(Inline)]
    internal static V SharedExp<V, T>(V x, V least, V shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (!HasSharedExp<V, T>())
            return QuickExp<V, T>(x - shift);
        // At the least exponent, which counts as 0.
        x = V.MaxNative(least, x);
        V log2 = C<V, T>(1.4426950408889634), t = V.MultiplyAdd(x, log2, shift), f = V.MultiplyAdd(x, log2, shift - t);
        V p = Horner<V, T>(C<V, T>(Power5), f, Power4);
        p = Horner<V, T>(p, f, Power3);
        p = Horner<V, T>(p, f, Power2);
        p = Horner<V, T>(p, f, Power1);
        return Horner<V, T>(p, f, 1) * (t << 23);
    }

    /// <summary>2^y for sums and quotients that round more than it does.</summary>
    [MethodImpl(Inline)]
    internal static V QuickPowerOfTwo<V, T>(V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        => Avx512DQ.IsSupported && typeof(V) == typeof(V512<float>)
            ? Unsafe.BitCast<Vector512<float>, V>(PowerOfTwo512(Unsafe.BitCast<V, Vector512<float>>(y), Vector512<float>.Zero))
            : typeof(T) == typeof(float) ? PowerOfTwo24<V, T>(AtLeast<V, T>(AtMost<V, T>(y, 128), -127))
            : InlinedExp<V, T>(y * C<V, T>(0.6931471805599453));

    /// <summary>
    /// 2^y for the weights of a softmax, y up to 127 (1023 for double), within 3 units in the last place, and 1 at 0. Below -126.5 (-1021) it is 0: denormal
    /// weights would hold up what multiplies them. NaN stays.
    /// </summary>
    [MethodImpl(Inline)]
    internal static V SoftmaxPowerOfTwo<V, T>(V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (Avx512DQ.IsSupported && typeof(V) == typeof(V512<float>))
        {
            Vector512<float> z = Unsafe.BitCast<V, Vector512<float>>(y);
            return Unsafe.BitCast<Vector512<float>, V>(Vector512.ConditionalSelect(Avx512F.CompareNotLessThan(z, Vector512.Create(-125f)), PowerOfTwo512(z, Vector512<float>.Zero), Vector512<float>.Zero));
        }
        if (typeof(T) == typeof(float))
            return PowerOfTwo24<V, T>(AtLeast<V, T>(y, -127));
        // 2^f = 1 + f q(f), to 2^-57.9 for |f| up to 1/2; n goes to the exponent.
        V shifter = Shifter<V, T>(), t = y + shifter, f = y - (t - shifter);
        V q = C<V, T>(4.4326234459676934e-10);
        q = Horner<V, T>(q, f, 7.073858615864772e-09);
        q = Horner<V, T>(q, f, 1.0178214931422609e-07);
        q = Horner<V, T>(q, f, 1.3215434819646012e-06);
        q = Horner<V, T>(q, f, 1.52527334532511e-05);
        q = Horner<V, T>(q, f, 0.00015403530458094855);
        q = Horner<V, T>(q, f, 0.0013333558146819493);
        q = Horner<V, T>(q, f, 0.009618129107593295);
        q = Horner<V, T>(q, f, 0.05550410866481988);
        q = Horner<V, T>(q, f, 0.24022650695910133);
        q = Horner<V, T>(q, f, 0.6931471805599453);
        return V.SelectLess(y, C<V, T>(-1021), V.Zero, V.AddBits(Horner<V, T>(q, f, 1), t << 52));
    }

    /// <summary>What <see cref="SharedPowersOfTwo"/> asks for to take off whole <paramref name="turns"/>, finite ones up to 2^20.</summary>
    [MethodImpl(Inline)]
    internal static (V Least, V Shift) SharedPowerBounds<V, T>(V turns)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V bias = C<V, T>(127);
        return typeof(T) == typeof(float) ? (turns - bias, Shifter<V, T>() + bias - turns) : (turns, turns);
    }

    /// <summary>
    /// <see cref="SoftmaxPowerOfTwo"/> of y - turns, of four vectors. What is taken off is whole, so the addition that rounds takes it off too. With 16 registers they go step
    /// by step side by side: one after the other, what waits for the step before fills the scheduler of a core that shares it.
    /// </summary>
    [MethodImpl(Inline)]
    internal static void SharedPowersOfTwo<V, T>(ref V y0, ref V y1, ref V y2, ref V y3, V least, V shift)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) != typeof(float))
        {
            y0 = SoftmaxPowerOfTwo<V, T>(y0 - shift);
            y1 = SoftmaxPowerOfTwo<V, T>(y1 - shift);
            y2 = SoftmaxPowerOfTwo<V, T>(y2 - shift);
            y3 = SoftmaxPowerOfTwo<V, T>(y3 - shift);
            return;
        }
        V f0 = V.MaxNative(least, y0), f1 = V.MaxNative(least, y1), f2 = V.MaxNative(least, y2), f3 = V.MaxNative(least, y3);
        V t0 = f0 + shift, t1 = f1 + shift, t2 = f2 + shift, t3 = f3 + shift;
        f0 += shift - t0;
        f1 += shift - t1;
        f2 += shift - t2;
        f3 += shift - t3;
        V p0 = Horner<V, T>(C<V, T>(Power5), f0, Power4), p1 = Horner<V, T>(C<V, T>(Power5), f1, Power4);
        V p2 = Horner<V, T>(C<V, T>(Power5), f2, Power4), p3 = Horner<V, T>(C<V, T>(Power5), f3, Power4);
        t0 <<= 23;
        t1 <<= 23;
        t2 <<= 23;
        t3 <<= 23;
        Horner4<V, T>(ref p0, ref p1, ref p2, ref p3, f0, f1, f2, f3, Power3);
        Horner4<V, T>(ref p0, ref p1, ref p2, ref p3, f0, f1, f2, f3, Power2);
        Horner4<V, T>(ref p0, ref p1, ref p2, ref p3, f0, f1, f2, f3, Power1);
        Horner4<V, T>(ref p0, ref p1, ref p2, ref p3, f0, f1, f2, f3, 1);
        y0 = p0 * t0;
        y1 = p1 * t1;
        y2 = p2 * t2;
        y3 = p3 * t3;
    }

    [MethodImpl(Inline)]
    static void Horner4<V, T>(ref V p0, ref V p1, ref V p2, ref V p3, V f0, V f1, V f2, V f3, double c)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        p0 = Horner<V, T>(p0, f0, c);
        p1 = Horner<V, T>(p1, f1, c);
        p2 = Horner<V, T>(p2, f2, c);
        p3 = Horner<V, T>(p3, f3, c);
    }

    /// <summary>2^y of floats for y from -127 to 128, with an error of 2^-23.3 of it; 0 below -126.5, infinite from 127.5.</summary>
    [MethodImpl(Inline)]
    static V PowerOfTwo24<V, T>(V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V shifter = Shifter<V, T>(), t = y + shifter;
        return PowerOfTwo24<V, T>(y - (t - shifter), t);
    }

    /// <summary>2^(n + f) for f up to 1/2 and t = n + <see cref="Shifter"/>.</summary>
    [MethodImpl(Inline)]
    static V PowerOfTwo24<V, T>(V f, V t)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V square = f * f;
        V a = Horner<V, T>(C<V, T>(Power1), f, 1);
        V b = Horner<V, T>(C<V, T>(Power3), f, Power2);
        V c = Horner<V, T>(C<V, T>(Power5), f, Power4);
        // The last bits of t are n; shifted, nothing else is left of it.
        return V.MultiplyAdd(V.MultiplyAdd(c, square, b), square, a) * V.AddBits(t << 23, Bits<V, T>(127 << 23));
    }

    /// <summary>2^(y + low) for a small low, with an error of 2^-23.5 of it. Infinite y will do where low is 0.</summary>
    [MethodImpl(Inline)]
    static Vector512<float> PowerOfTwo512(Vector512<float> y, Vector512<float> low)
    {
        // The scaling instruction takes the floor of y by itself.
        Vector512<float> f = Avx512DQ.Reduce(y, 0x09) + low, square = f * f;
        // In pairs (Estrin): by Horner's rule each step would wait for the one before, and the processor holds too few steps to fill the time.
        Vector512<float> a = Vector512.FusedMultiplyAdd(Vector512.Create(0.6931512951850891f), f, Vector512<float>.One);
        Vector512<float> b = Vector512.FusedMultiplyAdd(Vector512.Create(0.05580038204789162f), f, Vector512.Create(0.24016432464122772f));
        Vector512<float> c = Vector512.FusedMultiplyAdd(Vector512.Create(0.001867441344074905f), f, Vector512.Create(0.009016371332108974f));
        return Avx512F.Scale(Vector512.FusedMultiplyAdd(Vector512.FusedMultiplyAdd(c, square, b), square, a), y);
    }

    /// <summary>
    /// x = n ln 2 + r with |r| at most ln(2) / 2; x is first confined, to just past where exp(x) is 0 or infinite. low is what
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
        return (r, n);
    }

    /// <summary>(exp(r) - 1 - r) / r^2 for |r| up to ln(2) / 2; in exp(r) the error is 2^-27.7 (float), 2^-60 (double).</summary>
    [MethodImpl(Inline)]
    static V ExpTail<V, T>(V r)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            // In pairs (Estrin): by Horner's rule each step would wait for the one before, and the processor holds too few steps to fill the time.
            V square = r * r;
            V low = Horner<V, T>(C<V, T>(0.166665181517601), r, 0.5);
            V high = Horner<V, T>(C<V, T>(0.008368917740881443), r, 0.04166620597243309);
            return V.MultiplyAdd(V.MultiplyAdd(square, C<V, T>(0.0013950540451332927), high), square, low);
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
        V half = PowerOfTwo<V, T>(WholeToBits<V, T>(n - C<V, T>(1)));
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
        V n = t - shifter;
        V f = x - n;
        V ln2 = C<V, T>(0.6931471805599453);
        V r = f * ln2;
        V low = V.MultiplyAdd(f, ln2, -r);
        low = V.MultiplyAdd(f, C<V, T>(single ? -1.9046542121259336e-09 : 2.3190468138462996e-17), low);
        V e = C<V, T>(1) + (r + V.MultiplyAdd(r * r, ExpTail<V, T>(r), low));
        return Scale<V, T>(e, n);
    }

    /// <summary>1 / (1 + exp(-x)).</summary>
    [MethodImpl(Call)]
    public static V Sigmoid<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => InlinedSigmoid<V, T>(x);

    /// <summary><see cref="Sigmoid"/> for loops in which it stands once.</summary>
    [MethodImpl(Inline)]
    internal static V InlinedSigmoid<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        V one = C<V, T>(1);
        // exp with what its reduction loses, since two more roundings follow.
        (V r, V n) = ReduceExp<V, T>(-V.Abs(x), typeof(T) == typeof(float) ? -104 : -746, 0, out V low);
        V e = Scale<V, T>(one + (r + V.MultiplyAdd(r * r, ExpTail<V, T>(r), low)), n);
        V y = V.SelectLess(x, V.Zero, e, one) / (one + e);
        // Far left e / (1 + e) as e - e y, in which the rounding of 1 + e counts for little.
        return V.SelectLess(x, C<V, T>(-0.7), V.MultiplyAdd(-e, y, e), y);
    }
}
