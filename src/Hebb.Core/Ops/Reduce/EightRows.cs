using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The order in which eight rows join a sum.</summary>
internal static class EightRows<TOp, V, T>
    where TOp : struct, IReducer<T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Combine(TOp op, V sum, V a, V b, V c, V d, V e, V f, V g, V h)
    {
        V low = Quick.Combine<TOp, V, T>(op, Quick.Combine<TOp, V, T>(op, a, b), Quick.Combine<TOp, V, T>(op, c, d));
        V high = Quick.Combine<TOp, V, T>(op, Quick.Combine<TOp, V, T>(op, e, f), Quick.Combine<TOp, V, T>(op, g, h));
        sum = Quick.Combine<TOp, V, T>(op, Quick.Combine<TOp, V, T>(op, low, high), sum);
        if (!Quick.Loses<TOp, T>(op))
            return sum;
        return sum | (Quick.Lost<TOp, V, T>(op, a, b) | Quick.Lost<TOp, V, T>(op, c, d)) | (Quick.Lost<TOp, V, T>(op, e, f) | Quick.Lost<TOp, V, T>(op, g, h));
    }
}
