using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    /// <summary>log |Gamma(x)|, lane by lane in double. Near its zeros left of 0 the error is small in absolute terms only.</summary>
    [MethodImpl(Call)]
    public static V LGamma<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Map<LGammaFunc<T>>(x);

    /// <summary>The derivative of log Gamma, lane by lane in double. Near its zeros left of 0 the error is small in absolute terms only.</summary>
    [MethodImpl(Call)]
    public static V Digamma<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Map<DigammaFunc<T>>(x);

    readonly struct LGammaFunc<T> : ILaneFunc<T>
    {
        public static T Invoke(T x) => typeof(T) == typeof(float) ? (T)(object)(float)Gamma.LogGamma((float)(object)x!) : (T)(object)Gamma.LogGamma((double)(object)x!);
    }

    readonly struct DigammaFunc<T> : ILaneFunc<T>
    {
        public static T Invoke(T x) => typeof(T) == typeof(float) ? (T)(object)(float)Gamma.Digamma((float)(object)x!) : (T)(object)Gamma.Digamma((double)(object)x!);
    }
}
