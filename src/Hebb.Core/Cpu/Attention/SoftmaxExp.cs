using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>The exponential that a softmax needs, of scores less their maximum: fewer steps than one for all numbers.</summary>
internal static class SoftmaxExp
{
    /// <summary>
    /// 2^x for x up to 127 (1023 for double): within 1 unit in the last place, 1 at 0, and 0 below -125 (-1021), -infinity included. NaN stays.
    /// </summary>
    /// <remarks>x = n + r with n by the shift; 2^r is 1 + r q(r), with q a minimax fit on |r| up to 1/2, whose relative error is 2^-28.9 (2^-57.9); n goes to the exponent.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp2<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        bool single = typeof(T) == typeof(float);
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
}
