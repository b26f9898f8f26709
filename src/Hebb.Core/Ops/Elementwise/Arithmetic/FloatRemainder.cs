using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>C's fmod over vectors of floats: exact.</summary>
internal static class FloatRemainder
{
    public static V Fmod<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Up to 2^22 (2^51) the rounded quotient is at most one too far from 0, and a - qb is a number of the type: the fused step is exact.
        V q = V.Truncate(a / b);
        V limit = Constant.Of<V, T>(typeof(T) == typeof(float) ? 1 << 22 : 1L << 51);
        V simple = V.Less(V.Abs(q), limit) & V.Less(V.Abs(b), Constant.Of<V, T>(double.PositiveInfinity));
        if (!V.All(simple))
            return V.Map2<Scalar<T>>(a, b);
        V r = V.FusedMultiplyAdd(-q, b, a);
        V tooFar = V.Less(r * V.CopySign(V.One, a), V.Zero);
        return V.CopySign(V.Select(tooFar, r + V.CopySign(b, a), r), a);
    }

    private readonly struct Scalar<T> : ILaneFunc2<T>
    {
        public static T Invoke(T x, T y) => typeof(T) == typeof(float)
            ? Unsafe.BitCast<float, T>(Unsafe.BitCast<T, float>(x) % Unsafe.BitCast<T, float>(y))
            : Unsafe.BitCast<double, T>(Unsafe.BitCast<T, double>(x) % Unsafe.BitCast<T, double>(y));
    }
}
