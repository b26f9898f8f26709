using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>The exponential that a softmax needs, of scores less their maximum: fewer steps than one for all numbers.</summary>
internal static class SoftmaxExp
{
    /// <summary>
    /// 2^x for x up to 127 (1023 for double): within 1 unit in the last place (3 for float with AVX-512), 1 at 0, and 0 below -125 (-1021), -infinity included. NaN stays.
    /// </summary>
    /// <remarks>x = n + r with n by the shift; 2^r is 1 + r q(r), with q a minimax fit on |r| up to 1/2, whose relative error is 2^-28.9 (2^-57.9); n goes to the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp2<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
        if (typeof(V) == typeof(V512<float>))
            return Unsafe.BitCast<Vector512<float>, V>(Exp2(Unsafe.BitCast<V, Vector512<float>>(x)));
        V shifter = V.Constant(single ? 12582912.0 : 6755399441055744.0);
        V t = x + shifter;
        V r = x - (t - shifter);
        V q;
        if (single)
        {
            q = V.Constant(0.00015353361886831886);
            q = V.MultiplyAdd(q, r, V.Constant(0.0013398874422273432));
            q = V.MultiplyAdd(q, r, V.Constant(0.009618437357826087));
            q = V.MultiplyAdd(q, r, V.Constant(0.055503324711001036));
            q = V.MultiplyAdd(q, r, V.Constant(0.24022647913626502));
            q = V.MultiplyAdd(q, r, V.Constant(0.6931472028550825));
        }
        else
        {
            q = V.Constant(4.4326234459676934e-10);
            q = V.MultiplyAdd(q, r, V.Constant(7.073858615864772e-09));
            q = V.MultiplyAdd(q, r, V.Constant(1.0178214931422609e-07));
            q = V.MultiplyAdd(q, r, V.Constant(1.3215434819646012e-06));
            q = V.MultiplyAdd(q, r, V.Constant(1.52527334532511e-05));
            q = V.MultiplyAdd(q, r, V.Constant(0.00015403530458094855));
            q = V.MultiplyAdd(q, r, V.Constant(0.0013333558146819493));
            q = V.MultiplyAdd(q, r, V.Constant(0.009618129107593295));
            q = V.MultiplyAdd(q, r, V.Constant(0.05550410866481988));
            q = V.MultiplyAdd(q, r, V.Constant(0.24022650695910133));
            q = V.MultiplyAdd(q, r, V.Constant(0.6931471805599453));
        }
        V y = V.AddBits(V.MultiplyAdd(q, r, V.Constant(1)), t << (single ? 23 : 52));
        return V.SelectLess(x, V.Constant(single ? -125.0 : -1021.0), V.Zero, y);
    }

    // AVX-512 splits off the fraction in one instruction and moves the exponent in another, so that 2^r is wanted on [0, 1); a degree less
    // there (relative error 2^-23.5) is still finer than the scores are.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exp2(Vector512<float> x)
    {
        const byte FractionAboveFloor = 0x09;
        Vector512<float> r = Avx512DQ.Reduce(x, FractionAboveFloor);
        Vector512<float> q = Vector512.Create(0.00186713017f);
        q = Avx512F.FusedMultiplyAdd(q, r, Vector512.Create(0.00901703003f));
        q = Avx512F.FusedMultiplyAdd(q, r, Vector512.Create(0.0557999134f));
        q = Avx512F.FusedMultiplyAdd(q, r, Vector512.Create(0.24016445f));
        q = Avx512F.FusedMultiplyAdd(q, r, Vector512.Create(0.693151312f));
        Vector512<float> y = Avx512F.Scale(Avx512F.FusedMultiplyAdd(q, r, Vector512<float>.One), x);
        return Vector512.ConditionalSelect(Avx512F.CompareNotLessThan(x, Vector512.Create(-125f)), y, Vector512<float>.Zero);
    }
}
