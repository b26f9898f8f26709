using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Combining for long loops. The IEEE maximum takes AVX2 nine instructions; so extremes take the native one, which may lose a NaN, and look for NaN in pairs of what
/// comes in. For other reducers nothing changes.
/// </summary>
internal static class Quick
{
    /// <summary>Keeps a NaN of <paramref name="sum"/>, not one of <paramref name="x"/>; the sign of a zero may be that of either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine<TOp, V, T>(TOp op, V x, V sum)
        where TOp : struct, IReducer<T>
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        => op is ILargest ? V.MaxNative(x, sum) : op is ISmallest ? V.MinNative(x, sum) : op.Combine(x, sum);

    /// <summary>All bits, which is a NaN, where <see cref="Combine"/> may have lost one of these.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Lost<TOp, V, T>(TOp op, V a, V b)
        where TOp : struct, IReducer<T>
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        => op is ILargest or ISmallest ? V.IsEitherNaN(a, b) : V.Zero;

    /// <summary>Whether <see cref="Lost"/> has something to find.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Loses<TOp, T>(TOp op)
        where TOp : struct, IReducer<T>
        where T : unmanaged
        => op is ILargest or ISmallest && Lane.IsFloat<T>();
}
